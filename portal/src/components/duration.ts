const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `3 hours`: in the largest unit that it has two of, or the smallest that it has. */
export function readableDuration(seconds: number, language: string): string {
  const [unit, length] = units.find(([, one]) => seconds >= 2 * one) ?? units[3];
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.floor(seconds / length));
}
