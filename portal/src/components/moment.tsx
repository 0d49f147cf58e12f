import { useTimes } from './display.ts';
import { isUnset } from './written-time.ts';

/** A time as the reader prefers it; the exact one is in the tooltip and for programs. */
export function Moment({ time }: { time: string | undefined }) {
  const { written } = useTimes();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  // Pushers write some of them.
  if (Number.isNaN(date.getTime())) return <bdi>{time}</bdi>;
  return (
    <time dateTime={time} title={date.toISOString()}>
      {written(date)}
    </time>
  );
}
