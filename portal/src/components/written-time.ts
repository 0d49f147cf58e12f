import { regional } from '../i18n/regional.ts';

export interface Form {
  readonly iso: boolean;
  readonly utc: boolean;
}

/** In the reader's zone, or in UTC and then saying so. */
export function writtenTime(date: Date, language: string, form: Form): string {
  return timeWriter(language, form)(date);
}

/** For columns: to make a format takes twenty times as long as to use it. */
export function timeWriter(language: string, { iso, utc }: Form): (date: Date) => string {
  // The Swedes write dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat(iso ? 'sv-SE' : regional(language), {
    dateStyle: iso ? 'short' : 'medium',
    timeStyle: 'short',
    ...(utc ? { timeZone: 'UTC' } : {}),
  });
  return (date) => (utc ? `${format.format(date)} UTC` : format.format(date));
}

// Harbor writes an unset time as the year 1.
export const isUnset = (time: string | undefined): time is undefined =>
  time === undefined || time.startsWith('0001-');
