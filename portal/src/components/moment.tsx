import { useTranslation } from 'react-i18next';

/** A time in the reader's own zone and language; the exact one is in the tooltip and for programs. */
export function Moment({ time }: { time: string | undefined }) {
  const { i18n } = useTranslation();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  // Pushers write some of them.
  if (Number.isNaN(date.getTime())) return <bdi>{time}</bdi>;
  const shown = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <time dateTime={time} title={date.toISOString()}>
      {shown.format(date)}
    </time>
  );
}

/** How long ago, for lists in which that is what one looks for; the exact time is in the tooltip and for programs. */
export function Ago({ time }: { time: string | undefined }) {
  const { i18n } = useTranslation();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  const shown = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'long' });
  return (
    <time dateTime={time} title={shown.format(date)} className="ago">
      {agoIn(i18n.language, date, new Date())}
    </time>
  );
}

// Harbor writes an unset time as the year 1.
const isUnset = (time: string | undefined): time is undefined =>
  time === undefined || time.startsWith('0001-');

const steps = [
  ['minute', 60],
  ['hour', 3_600],
  ['day', 86_400],
] as const;

/** `5 min. ago`; from a month on the day itself. */
export function agoIn(language: string, date: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - date.getTime()) / 1_000);
  if (seconds > 30 * 86_400) return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(date);
  const [unit, length] = steps.findLast(([, each]) => seconds >= each) ?? (['second', 1] as const);
  const format = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' });
  return format.format(unit === 'second' ? 0 : -Math.floor(seconds / length), unit);
}
