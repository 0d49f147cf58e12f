import { createContext, use, useSyncExternalStore } from 'react';

/**
 * Whether the registry answers at all. While it does not, nothing is written: what was sent into the dark may have
 * arrived or not, and nobody could say.
 */
export interface Connection {
  readonly send: (request: Request) => Promise<Response>;
  /** When it was lost; undefined while it is there. */
  readonly lostAt: () => Date | undefined;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createConnection(fetch: (request: Request) => Promise<Response>): Connection {
  const listeners = new Set<() => void>();
  let lostAt: Date | undefined;
  const become = (lost: boolean) => {
    if (lost === (lostAt !== undefined)) return;
    lostAt = lost ? new Date() : undefined;
    for (const listener of listeners) listener();
  };
  return {
    async send(request) {
      if (lostAt !== undefined && request.method !== 'GET') throw new TypeError('there is no connection');
      try {
        const response = await fetch(request);
        become(false);
        return response;
      } catch (error) {
        if (!request.signal.aborted) become(true);
        throw error;
      }
    },
    lostAt: () => lostAt,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const ConnectionContext = createContext<Connection | undefined>(undefined);

export function useConnection(): Connection {
  const connection = use(ConnectionContext);
  if (!connection) throw new Error('there is no ConnectionContext above');
  return connection;
}

/** When the connection was lost; undefined while it is there. */
export function useLostAt(): Date | undefined {
  const { subscribe, lostAt } = useConnection();
  return useSyncExternalStore(subscribe, lostAt);
}
