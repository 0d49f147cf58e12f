import { useRef } from 'react';
import { isUnauthorized } from './failure.ts';
import { useApi } from './use-api.ts';

/** As long as the server refuses an account after a wrong password (src/auth/attempts.ts), and what timers are off by. */
const pauseMilliseconds = 1_550;

interface Credentials {
  readonly principal: string;
  readonly password: string;
}

/**
 * Signs in. Whoever corrects a slip at once would be refused with the right password too, and told that it is wrong:
 * the second try waits until it counts.
 */
export function useLogin(): (credentials: Credentials) => Promise<unknown> {
  const api = useApi();
  const refused = useRef(Number.NEGATIVE_INFINITY);
  return async (body) => {
    const left = refused.current + pauseMilliseconds - performance.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    try {
      return await api('POST /c/login', { body });
    } catch (error) {
      if (isUnauthorized(error)) refused.current = performance.now();
      throw error;
    }
  };
}
