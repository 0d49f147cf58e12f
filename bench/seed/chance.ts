/** SQL for a number from 0 up to 1 that depends on `n`, the salt and the seed alone, whatever plan is used. */
export type Chance = (n: string, salt: number) => string;

export function chanceOf(seed: number): Chance {
  return (n, salt) =>
    `((hashint8extended((${n})::bigint, ${seed * 100 + salt}) & 9007199254740991)::float8 / 9007199254740992)`;
}
