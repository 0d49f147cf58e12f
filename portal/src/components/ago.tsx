import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const units = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const;

/** `2 hours ago`; the exact time, with its zone, is shown to who points at it or comes to it by keyboard. */
export function Ago({ time }: { time: string }) {
  const { i18n } = useTranslation();
  const date = new Date(time);
  const exact = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'long' });
  return (
    <Tooltip label={exact.format(date)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={time} tabIndex={0}>
        {since(date, new Date(), i18n.language)}
      </time>
    </Tooltip>
  );
}

export function since(date: Date, now: Date, language: string): string {
  let passed = (date.getTime() - now.getTime()) / 1000;
  for (const [unit, next] of units) {
    const whole = Math.trunc(passed);
    if (Math.abs(whole) < next) {
      return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(whole, unit);
    }
    passed /= next;
  }
  return '';
}
