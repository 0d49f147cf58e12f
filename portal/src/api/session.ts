import { createContext, use } from 'react';

/** What tabs of one browser tell each other: they share the session's cookie. */
export type SessionChange = 'signed in' | 'signed out';

export interface SessionNews {
  readonly tell: (change: SessionChange) => void;
}

export const SessionContext = createContext<SessionNews>({ tell: () => undefined });

export const useSessionNews = (): SessionNews => use(SessionContext);
