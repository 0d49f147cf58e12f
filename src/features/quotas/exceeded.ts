import { Failure } from '#src/failures.ts';
import { sizeText } from '#src/oci/size.ts';

/**
 * What the database says when a charge goes beyond a project's limit, in words for the client; undefined for every
 * other error. Harbor: the message is part of what people's scripts look for (wire.md section 9, test/wire/access).
 */
export function quotaExceeded(error: unknown): Failure | undefined {
  const { code, detail } = error as { code?: unknown; detail?: unknown };
  if (code !== 'MRQ01') return undefined;
  const { adding, used, hard } = JSON.parse(String(detail)) as { adding: number; used: number; hard: number };
  return new Failure(
    'DENIED',
    `Quota exceeded when processing the request of adding ${sizeText(adding)} of storage resource, which when updated to current usage of ${sizeText(used)} will exceed the configured upper limit of ${sizeText(hard)}.`,
    { cause: error },
  );
}
