import { createContext } from 'react';

/** Why nothing can be changed at present, whoever one is; undefined while it can. */
export const ReadOnlyContext = createContext<string | undefined>(undefined);
