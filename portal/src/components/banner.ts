/** Harbor's kinds of banner. */
export const bannerTypes = ['success', 'info', 'warning', 'danger'] as const;

export interface Banner {
  readonly message: string;
  readonly type: (typeof bannerTypes)[number];
  readonly closable: boolean;
  /** Days, `2026-01-31`; empty is open. */
  readonly from: string;
  readonly to: string;
}

/** Harbor keeps `{"message","type","closable","fromDate","toDate"}` as JSON in one setting; plain text is a message. */
export function readBanner(setting: string): Banner {
  const plain: Banner = { message: setting, type: 'info', closable: false, from: '', to: '' };
  if (!setting.startsWith('{')) return plain;
  try {
    const { message, type, closable, fromDate, toDate }: Record<string, unknown> = JSON.parse(setting);
    return {
      message: typeof message === 'string' ? message : '',
      type: bannerTypes.find((one) => one === type) ?? 'info',
      closable: closable === true,
      from: dayOf(fromDate),
      to: dayOf(toDate),
    };
  } catch {
    return plain;
  }
}

export function writeBanner({ message, type, closable, from, to }: Banner): string {
  if (message === '') return '';
  const days = {
    ...(from !== '' && { fromDate: localDay(from, 0).toISOString() }),
    ...(to !== '' && { toDate: localDay(to, 0).toISOString() }),
  };
  return JSON.stringify({ closable, message, type, ...days });
}

/** Whether it is to be seen: from the beginning of its first day to the end of its last. */
export function isShown({ message, from, to }: Banner, now: Date): boolean {
  if (message.trim() === '') return false;
  return (from === '' || localDay(from, 0) <= now) && (to === '' || now < localDay(to, 1));
}

/** The reader's own midnight. */
function localDay(day: string, after: number): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + after);
}

function dayOf(time: unknown): string {
  const date = new Date(typeof time === 'string' ? time : Number.NaN);
  if (Number.isNaN(date.getTime())) return '';
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
