import { useTranslation } from 'react-i18next';
import { since } from './ago.tsx';
import { useDisplay } from './display.ts';
import { writtenTime } from './written-time.ts';

/** A time as the reader prefers it; the exact one is in the tooltip and for programs. */
export function Moment({ time }: { time: string | undefined }) {
  const { i18n } = useTranslation();
  const display = useDisplay();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  // Pushers write some of them.
  if (Number.isNaN(date.getTime())) return <bdi>{time}</bdi>;
  return (
    <time dateTime={time} title={date.toISOString()}>
      {writtenTime(date, i18n.language, display)}
    </time>
  );
}

/** How long ago, for columns: the exact time is in the tooltip and for programs, and rows are not stops of the keyboard. */
export function When({ time }: { time: string | undefined }) {
  const { i18n } = useTranslation();
  const display = useDisplay();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  return (
    <time dateTime={time} title={writtenTime(date, i18n.language, display)} className="when">
      {since(date, new Date(), i18n.language)}
    </time>
  );
}

// Harbor writes an unset time as the year 1.
const isUnset = (time: string | undefined): time is undefined =>
  time === undefined || time.startsWith('0001-');
