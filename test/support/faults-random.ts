/** The long form: `npm run test:faults -- --long`. */
export const long: boolean = process.env['MOORAGE_TEST_LONG'] === '1';

/** Random choices that a seed repeats. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  chance(share: number): boolean;
  bytes(length: number): Buffer;
}

/** Prints the seed of a run, so that it can be had again with MOORAGE_TEST_SEED. */
export function seedOf(title: string): number {
  const given = process.env['MOORAGE_TEST_SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  report(`${title}: MOORAGE_TEST_SEED=${seed}`);
  return seed;
}

/** What a run wants to be known even when it passes; vitest shows console output of passing tests too late. */
export function report(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

/** mulberry32: 32 bits of state are plenty for choices, and any whole number is a good seed. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((word() / 2 ** 32) * limit);
  return {
    next: () => word() / 2 ** 32,
    below,
    chance: (share) => word() / 2 ** 32 < share,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[below(items.length)] as T; // T may include undefined
    },
    bytes(length) {
      const words = new Uint32Array(Math.ceil(length / 4));
      for (let index = 0; index < words.length; index++) words[index] = word();
      return Buffer.from(words.buffer, 0, length);
    },
  };
}
