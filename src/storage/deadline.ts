/**
 * Waits for work that cannot be stopped (a system call) only until the signal says so. What the work gives
 * after that goes to `late`, for instance to close a descriptor that nobody will use.
 */
export function until<T>(signal: AbortSignal, work: Promise<T>, late?: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let given = false;
    const giveUp = () => {
      given = true;
      reject(asError(signal.reason));
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener('abort', giveUp);
        if (given) late?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', giveUp);
        reject(asError(error));
      },
    );
  });
}

/** What was thrown, as an error; anything can be thrown, and a signal can be aborted with anything. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
