export const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A limit as a form holds it. */
export interface SizeInput {
  readonly limited: boolean;
  readonly amount: string;
  readonly unit: (typeof sizeUnits)[number];
}

/** In the largest unit in which it is a whole number, so that a limit that nobody touches stays as it is. */
export function sizeInputOf(bytes: number): SizeInput {
  if (bytes < 0) return { limited: false, amount: '', unit: 'GiB' };
  const power = sizeUnits.findLastIndex((_, index) => bytes >= 1024 ** index && bytes % 1024 ** index === 0);
  return { limited: true, amount: String(bytes / 1024 ** Math.max(power, 0)), unit: sizeUnits[power] ?? 'B' };
}

/** -1 is no limit; undefined is no size. */
export function bytesOf({ limited, amount, unit }: SizeInput): number | undefined {
  if (!limited) return -1;
  const value = Number(amount.trim().replace(',', '.'));
  if (amount.trim() === '' || !Number.isFinite(value) || value <= 0) return undefined;
  return Math.round(value * 1024 ** sizeUnits.indexOf(unit));
}
