import type { Logger } from '#src/log.ts';

/** What may be said about an unexpected error: never its other properties, which may hold a request or a secret. */
export function reportCrash(log: Logger, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  log.fatal({ error: { name, message, stack } }, 'unexpected error: this process ends');
}

/** The error and what caused it, in one line. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
