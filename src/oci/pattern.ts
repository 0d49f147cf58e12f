/**
 * Patterns of tags and repositories as Harbor's policies write them ("doublestar"): `*` and `?` stay within one path
 * component, `**` as a whole component is any number of them, `[a-z]` and `[^a-z]` are classes, `{a,b}` alternatives,
 * `\` takes the next character as it is. `x/**` matches x itself too.
 *
 * Matching walks all possibilities at once, so it takes pattern × text steps at most, whatever the pattern (G-30).
 */
export interface Pattern {
  matches(text: string): boolean;
}

/** Says what is wrong with a pattern, in words for whoever wrote it. */
export class PatternError extends Error {}

const longestPattern = 1_024;
/** Of all alternatives together, written out: `{a,b}{a,b}…` doubles with every pair of braces. */
const longestExpansion = 8_192;

export function compilePattern(pattern: string): Pattern {
  if (pattern.length > longestPattern) {
    throw new PatternError(`a pattern has at most ${longestPattern} characters, this one ${pattern.length}`);
  }
  const programs = expand([...pattern]).map(compile);
  return { matches: (text) => programs.some((program) => run(program, text)) };
}

/** One step: what it takes of a character, and where that leads. */
type Step =
  | { readonly kind: 'one'; takes(char: string): boolean }
  /** Any number of characters within a component. */
  | { readonly kind: 'star' }
  /** Any number of whole components, each with its slash; the second half is inside of one. */
  | { readonly kind: 'components' }
  | { readonly kind: 'component' }
  /** The end, or a slash and whatever follows. */
  | { readonly kind: 'below' }
  | { readonly kind: 'anything' };

/** Writes the alternatives out: each result has none left. Escapes stay, so that what they protect stays literal. */
function expand(pattern: readonly string[]): string[][] {
  const open = indexOf(pattern, '{', 0);
  const close = indexOf(pattern, '}', 0);
  if (close >= 0 && (open < 0 || close < open)) {
    throw new PatternError(
      'the pattern closes a brace "}" that it never opened; write "\\}" for the character',
    );
  }
  if (open < 0) return [[...pattern]];
  const { end, commas } = closing(pattern, open);
  const ends = [...commas, end];
  const begins = [open + 1, ...commas.map((at) => at + 1)];
  const tails = expand(pattern.slice(end + 1));
  const results: string[][] = [];
  let length = 0;
  for (const [i, begin] of begins.entries()) {
    for (const middle of expand(pattern.slice(begin, ends[i]))) {
      for (const tail of tails) {
        const whole = [...pattern.slice(0, open), ...middle, ...tail];
        length += whole.length + 1;
        if (length > longestExpansion) {
          throw new PatternError(
            'the alternatives of the pattern multiply beyond what is sensible; use fewer braces',
          );
        }
        results.push(whole);
      }
    }
  }
  return results;
}

/** Of an unescaped character outside of classes; -1 when there is none. */
function indexOf(pattern: readonly string[], char: string, from: number): number {
  for (let i = from; i < pattern.length; i++) {
    if (pattern[i] === char) return i;
    i = skip(pattern, i);
  }
  return -1;
}

function closing(pattern: readonly string[], open: number): { end: number; commas: number[] } {
  const commas: number[] = [];
  let depth = 0;
  for (let i = open; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '{') depth += 1;
    else if (char === ',' && depth === 1) commas.push(i);
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return { end: i, commas };
    }
    i = skip(pattern, i);
  }
  throw new PatternError('the pattern opens a brace "{" and never closes it');
}

/** The last index of what begins at i: an escape is two characters, a class as many as it has. */
function skip(pattern: readonly string[], i: number): number {
  if (pattern[i] === '\\') return i + 1;
  if (pattern[i] !== '[') return i;
  return readClass(pattern, i).end;
}

function compile(pattern: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? '';
    const deep = wholeComponent(pattern, i);
    if (deep !== undefined) {
      if (deep.end === pattern.length) steps.push(...(deep.slash ? below : anything));
      else steps.push(...(deep.slash ? [literal('/')] : []), { kind: 'components' }, { kind: 'component' });
      i = deep.end;
    } else if (char === '*') {
      while (pattern[i + 1] === '*') i += 1;
      steps.push({ kind: 'star' });
    } else if (char === '?') steps.push({ kind: 'one', takes: (given) => given !== '/' });
    else if (char === '[') {
      const { end, takes } = readClass(pattern, i);
      steps.push({ kind: 'one', takes });
      i = end;
    } else if (char === '\\') {
      const next = pattern[i + 1];
      if (next === undefined) throw new PatternError('the pattern ends with a lone "\\"');
      steps.push(literal(next));
      i += 1;
    } else steps.push(literal(char));
  }
  return steps;
}

const literal = (char: string): Step => ({ kind: 'one', takes: (given) => given === char });
const below: readonly Step[] = [{ kind: 'below' }, { kind: 'anything' }];
const anything: readonly Step[] = [{ kind: 'anything' }];

/**
 * Whether a `**` that is a whole component begins at i, with the slash before it when there is one. `end` is the index
 * of the slash after it, or the pattern's length.
 */
function wholeComponent(pattern: readonly string[], i: number): { slash: boolean; end: number } | undefined {
  const slash = pattern[i] === '/';
  if (!slash && i !== 0) return undefined;
  const at = slash ? i + 1 : i;
  if (pattern[at] !== '*' || pattern[at + 1] !== '*') return undefined;
  const after = pattern[at + 2];
  if (after !== undefined && after !== '/') return undefined;
  return { slash, end: at + 2 };
}

function readClass(pattern: readonly string[], open: number): { end: number; takes(char: string): boolean } {
  const unclosed = () => new PatternError('the pattern opens a class "[" and never closes it');
  let i = open + 1;
  const negated = pattern[i] === '^' || pattern[i] === '!';
  if (negated) i += 1;
  const ranges: [string, string][] = [];
  const next = (): string => {
    const escaped = pattern[i] === '\\';
    const char = pattern[escaped ? i + 1 : i];
    if (char === undefined) throw unclosed();
    i += escaped ? 2 : 1;
    return char;
  };
  while (pattern[i] !== ']' || ranges.length === 0) {
    if (pattern[i] === ']' || pattern[i] === '-')
      throw new PatternError('a class in the pattern is malformed');
    const from = next();
    if (pattern[i] === '-') {
      i += 1;
      if (pattern[i] === ']') throw new PatternError('a class in the pattern is malformed');
      ranges.push([from, next()]);
    } else ranges.push([from, from]);
  }
  return {
    end: i,
    takes: (char) => ranges.some(([from, to]) => from <= char && char <= to) !== negated,
  };
}

/** All places where the pattern may be after each character. */
function run(steps: readonly Step[], text: string): boolean {
  let now = new Set<number>();
  enter(steps, now, 0);
  for (const char of text) {
    const next = new Set<number>();
    for (const i of now) {
      for (const to of after(steps[i], i, char)) enter(steps, next, to);
    }
    if (next.size === 0) return false;
    now = next;
  }
  return now.has(steps.length);
}

function after(step: Step | undefined, i: number, char: string): readonly number[] {
  switch (step?.kind) {
    case undefined:
      return [];
    case 'one':
      return step.takes(char) ? [i + 1] : [];
    case 'star':
      return char === '/' ? [] : [i];
    case 'components':
      return [char === '/' ? i : i + 1];
    case 'component':
      return [char === '/' ? i - 1 : i];
    case 'below':
      return char === '/' ? [i + 1] : [];
    case 'anything':
      return [i];
  }
}

/** Steps that may take nothing let the one behind them begin as well. */
function enter(steps: readonly Step[], places: Set<number>, i: number): void {
  if (places.has(i)) return;
  places.add(i);
  const kind = steps[i]?.kind;
  if (kind === 'star' || kind === 'anything') enter(steps, places, i + 1);
  if (kind === 'components' || kind === 'below') enter(steps, places, i + 2);
}
