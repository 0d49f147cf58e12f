import type { Context } from '#src/context.ts';
import { emitRefused } from '#src/events/emit.ts';
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

/**
 * Tells those who listen that a project's limit refused something. After the rollback, which would take the event
 * along; and the client hears of the limit whether or not this could be written.
 */
export async function tellQuotaExceeded(
  ctx: Context,
  { projectId, repository }: { projectId: number; repository: string },
  error: unknown,
): Promise<void> {
  const exceeded = quotaExceeded(error);
  if (exceeded === undefined) return;
  try {
    const data = { repository, details: exceeded.message };
    await emitRefused(ctx, { projectId, type: 'QUOTA_EXCEED', data });
  } catch (reason) {
    ctx.log.warn({ err: reason }, 'an exceeded quota could not be told');
  }
}
