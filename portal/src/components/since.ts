const units = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const;

/** `2 hours ago`. */
export function sinceWriter(language: string): (date: Date, now: Date) => string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return (date, now) => {
    let passed = (date.getTime() - now.getTime()) / 1000;
    for (const [unit, next] of units) {
      const whole = Math.trunc(passed);
      if (Math.abs(whole) < next) return format.format(whole, unit);
      passed /= next;
    }
    return '';
  };
}
