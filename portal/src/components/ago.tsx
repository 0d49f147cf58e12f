import { useTimes } from './display.ts';
import { isUnset } from './written-time.ts';

/**
 * `2 hours ago`, for columns: the time itself is in the tooltip, as the reader prefers it and to the second, and rows
 * are not stops of the keyboard.
 */
export function Ago({ time }: { time: string | undefined }) {
  const { written, since } = useTimes();
  if (isUnset(time)) return <>–</>;
  const date = new Date(time);
  return (
    <time dateTime={time} title={`${written(date)} (${date.toISOString()})`} className="when">
      {since(date, new Date())}
    </time>
  );
}
