export interface Span {
  /** First byte. */
  start: number;
  /** Last byte, inclusive. */
  end: number;
}

export type RequestedRange =
  | { kind: 'whole' }
  | { kind: 'ranges'; ranges: Span[] }
  | { kind: 'unsatisfiable' };

const whole: RequestedRange = { kind: 'whole' };
const unsatisfiable: RequestedRange = { kind: 'unsatisfiable' };

/** Lazy pullers ask for a handful of pieces at a time. */
const RANGES = 16;

const rangeSpec = /^(\d+)-(\d*)$|^-(\d+)$/;

/**
 * Reads a Range header for content of `size` bytes (RFC 9110, section 14.2). Ranges keep the order of the request
 * and end inside the content; those beyond it are dropped, and when none is left the answer is 416.
 *
 * A header that is malformed, in another unit, asks for more than 16 ranges, or for overlapping ones is ignored
 * ("whole"): section 14.2 allows that, the client still gets the right bytes, and the most that abuse can cost is
 * one ordinary GET. 416 would tell an honest client that the bytes do not exist.
 */
export function parseRange(header: string | undefined, size: number): RequestedRange {
  const list = header === undefined ? undefined : /^bytes[ \t]*=(.*)$/i.exec(header)?.[1];
  if (list === undefined) return whole;
  // Empty list elements are legal (section 5.6.1); the limit bounds the work on a header full of them.
  const elements = list.split(',', 2 * RANGES);
  const specs = elements.map((element) => element.trim()).filter((spec) => spec !== '');
  if (elements.length === 2 * RANGES || specs.length === 0 || specs.length > RANGES) return whole;
  const ranges: Span[] = [];
  for (const spec of specs) {
    const range = resolve(spec, size);
    if (range === 'malformed') return whole;
    if (range !== 'outside') ranges.push(range);
  }
  if (ranges.length === 0) return endsBehindNothing(specs, size) ? whole : unsatisfiable;
  return overlap(ranges) ? whole : { kind: 'ranges', ranges };
}

/**
 * Reads the Content-Range of an upload chunk, in the distribution specification's form `0-99` and in RFC 9110's
 * `bytes 0-99/*` or `bytes 0-99/500`. Undefined when it is malformed or impossible; `end` is inclusive.
 */
export function parseContentRange(header: string): Span | undefined {
  const match = /^(?:bytes[ \t]+)?(\d{1,16})-(\d{1,16})(?:\/(\*|\d{1,16}))?$/i.exec(header.trim());
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = Number(match[2]);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end < start) return undefined;
  const total = match[3];
  if (total !== undefined && total !== '*' && Number(total) <= end) return undefined;
  return { start, end };
}

function resolve(spec: string, size: number): Span | 'malformed' | 'outside' {
  const match = rangeSpec.exec(spec);
  if (match === null) return 'malformed';
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'outside' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  // RFC 9110 lets a server ignore a range that ends before it begins; the conformance suite wants 416.
  if (start >= size || (last !== undefined && last !== '' && Number(last) < start)) return 'outside';
  return { start, end: last === undefined || last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

/** `bytes=-5` of nothing is satisfiable (section 14.1.2), but no Content-Range can say so: the answer is 200. */
function endsBehindNothing(specs: string[], size: number): boolean {
  return size === 0 && specs.some((spec) => /^-0*[1-9]/.test(spec));
}

function overlap(ranges: readonly Span[]): boolean {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  return sorted.some((range, index) => {
    const before = sorted[index - 1];
    return before !== undefined && range.start <= before.end;
  });
}
