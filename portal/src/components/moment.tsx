import { useTranslation } from 'react-i18next';
import { useDisplay } from './display.ts';
import { isUnset, writtenTime } from './written-time.ts';

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
