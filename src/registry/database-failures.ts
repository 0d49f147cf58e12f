import { Failure } from '#src/failures.ts';
import { sizeText } from '#src/oci/size.ts';
import type { RepositoryExchange } from './exchange.ts';

interface StatementError {
  code?: unknown;
  detail?: unknown;
  constraint?: unknown;
}

/** Rules that the database itself enforces, in words for the client. Everything else passes through. */
export function explain(exchange: RepositoryExchange, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, detail } = error as StatementError;
  if (code === 'MRQ01') return quotaExceeded(String(detail), error);
  if (code === '23503') {
    // A repository or project that went away between look-up and write; the next request sees it as it is.
    exchange.registry.repositories.forget(exchange.repository.name);
    return new Failure(
      'NAME_UNKNOWN',
      `${exchange.repository.name} or what the request names in it was deleted meanwhile; push again`,
      { cause: error },
    );
  }
  return error;
}

/** Harbor: the message is part of what people's scripts look for (wire.md section 9, test/wire/access). */
function quotaExceeded(detail: string, cause: Error): Failure {
  const { adding, used, hard } = JSON.parse(detail) as { adding: number; used: number; hard: number };
  return new Failure(
    'DENIED',
    `Quota exceeded when processing the request of adding ${sizeText(adding)} of storage resource, which when updated to current usage of ${sizeText(used)} will exceed the configured upper limit of ${sizeText(hard)}.`,
    { cause },
  );
}
