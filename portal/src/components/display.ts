import { createContext, use } from 'react';

/** How times are written, and whether single keys do something: what the person prefers. */
export interface Display {
  readonly iso: boolean;
  readonly utc: boolean;
  readonly shortcuts: boolean;
}

export const DisplayContext = createContext<Display>({ iso: false, utc: false, shortcuts: true });

export const useDisplay = (): Display => use(DisplayContext);
