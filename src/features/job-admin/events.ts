import { maySystem } from '#src/access/authorize.ts';
import type { SystemPermission } from '#src/access/permissions.ts';
import type { Context } from '#src/context.ts';
import { type EventStreams, findExecution } from '#src/features/executions/index.ts';
import { Failure } from '#src/failures.ts';
import type { Streamed } from '#src/http/endpoint.ts';

/** Kinds whose log somebody may read who may not watch all jobs. */
const readers: Readonly<Record<string, SystemPermission>> = {
  GARBAGE_COLLECTION: 'garbage-collection:read',
  PURGE_AUDIT_LOG: 'purge-audit:read',
};

/** The run's progress; those who may not read its log meet what strangers meet. */
export async function follow(ctx: Context, streams: EventStreams, id: number): Promise<Streamed> {
  const kinds = readableKinds(ctx);
  if ((await findExecution(ctx.db, id, kinds)) === undefined) {
    throw new Failure('NOT_FOUND', 'there is no such execution');
  }
  return streams.of(ctx, id);
}

/** Undefined: all of them. */
function readableKinds({ who }: Context): string[] | undefined {
  if (maySystem(who, 'jobservice-monitor:list')) return undefined;
  const kinds = Object.entries(readers).filter(([, permission]) => maySystem(who, permission));
  if (kinds.length > 0) return kinds.map(([kind]) => kind);
  if (who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  throw new Failure('FORBIDDEN', `forbidden: ${who.name} may not do this`);
}
