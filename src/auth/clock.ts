/** Time for rules that depend on it; tests move it by hand. */
export interface Clock {
  /** Milliseconds since 1970, for times that leave the process (token claims). */
  now(): number;
  /** Milliseconds that never go back, for how long something has been kept. */
  elapsed(): number;
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
