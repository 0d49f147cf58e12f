import { useTranslation } from 'react-i18next';
import { since } from './ago.tsx';

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

/** How long ago, for columns: the exact time is in the tooltip and for programs, and rows are not stops of the keyboard. */
export function When({ time }: { time: string | undefined }) {
  const { i18n } = useTranslation();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  const exact = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'long' });
  return (
    <time dateTime={time} title={exact.format(date)} className="when">
      {since(date, new Date(), i18n.language)}
    </time>
  );
}

// Harbor writes an unset time as the year 1.
const isUnset = (time: string | undefined): time is undefined =>
  time === undefined || time.startsWith('0001-');
