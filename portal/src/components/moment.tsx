import { useTranslation } from 'react-i18next';

/** A time in the reader's own zone and language; the exact one is in the tooltip and for programs. */
export function Moment({ time }: { time: string | undefined }) {
  const { i18n } = useTranslation();
  // Harbor writes an unset time as the year 1.
  if (time === undefined || time.startsWith('0001-')) return <>–</>;
  const date = new Date(time);
  const shown = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <time dateTime={time} title={date.toISOString()}>
      {shown.format(date)}
    </time>
  );
}
