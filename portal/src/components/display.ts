import { createContext, use } from 'react';
import { sinceWriter } from './since.ts';
import { type Form, timeWriter } from './written-time.ts';

/** How times are written, and whether single keys do something: what the person prefers. */
export interface Display extends Form {
  readonly shortcuts: boolean;
}

export const DisplayContext = createContext<Display>({ iso: false, utc: false, shortcuts: true });

export const useDisplay = (): Display => use(DisplayContext);

interface Times {
  readonly written: (date: Date) => string;
  readonly since: (date: Date, now: Date) => string;
}

/** Made once for all times of all pages: a format costs more to make than a row to draw. */
export const timesIn = (language: string, form: Form): Times => ({
  written: timeWriter(language, form),
  since: sinceWriter(language),
});

export const TimesContext = createContext<Times | undefined>(undefined);

export function useTimes(): Times {
  const times = use(TimesContext);
  if (!times) throw new Error('there is no TimesContext above');
  return times;
}
