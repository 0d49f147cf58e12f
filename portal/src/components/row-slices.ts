import { replaceEqualDeep } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/**
 * So many rows that were not there before are drawn in one go: 50 ms of scripts and then 70 of style, layout and paint on
 * a machine four times slower. With 34 it was 60 and 95, and all 100 were there 40 ms sooner.
 */
const slice = 25;

interface Drawn<Row> {
  /** As they were handed over. */
  readonly given: readonly Row[] | undefined;
  /** Those of them that are as before are the same objects as before, and not drawn again. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly before: ReadonlyMap<string, Row>;
  readonly count: number;
}

/**
 * The rows of a list to be drawn now; all of them soon. One hundred new ones in one go take a slow machine 156 ms
 * and then 220, in which no key that is pressed is seen: so those in view come first, and the others after the page was
 * shown, slice by slice.
 * A page to which one comes "back" has all of its rows at once, since it is scrolled to where it was.
 */
export function useRowSlices<Row>(given: readonly Row[] | undefined, keyOf: (row: Row) => string | number) {
  const [drawn, setDrawn] = useState<Drawn<Row>>(() => ({
    given,
    rows: keyed(given, keyOf, new Map()),
    before: new Map(),
    count: given?.length ?? 0,
  }));
  let now = drawn;
  if (drawn.given !== given) {
    const before = new Map(shownOf(drawn));
    now = { given, rows: keyed(given, keyOf, before), before, count: slice };
    setDrawn(now);
  }
  const shown = shownOf(now);
  const more = shown.length < now.rows.size;
  const { count } = now;
  useEffect(() => {
    if (!more) return undefined;
    // After the next picture of the page, and what is typed meanwhile goes first.
    let timer: ReturnType<typeof setTimeout>;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setDrawn((drawn) => ({ ...drawn, count: drawn.count + slice })));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [more, count, given]);
  return { rows: shown.map(([, row]) => row), more };
}

function keyed<Row>(
  given: readonly Row[] = [],
  keyOf: (row: Row) => string | number,
  before: ReadonlyMap<string, Row>,
): Map<string, Row> {
  return new Map(
    given.map((row) => {
      const key = String(keyOf(row));
      return [key, replaceEqualDeep<Row>(before.get(key), row)];
    }),
  );
}

/** What was drawn before stays. */
const shownOf = <Row>({ rows, before, count }: Drawn<Row>): (readonly [string, Row])[] =>
  [...rows].filter(([key], index) => index < count || before.has(key));
