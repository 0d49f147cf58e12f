import { useTranslation } from 'react-i18next';
import { useDisplay } from './display.ts';
import { isUnset, writtenTime } from './written-time.ts';

const units = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const;

/**
 * `2 hours ago`, for columns: the time itself is in the tooltip, as the reader prefers it and to the second, and rows
 * are not stops of the keyboard.
 */
export function Ago({ time }: { time: string | undefined }) {
  const { i18n } = useTranslation();
  const display = useDisplay();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  const exact = `${writtenTime(date, i18n.language, display)} (${date.toISOString()})`;
  return (
    <time dateTime={time} title={exact} className="when">
      {since(date, new Date(), i18n.language)}
    </time>
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
