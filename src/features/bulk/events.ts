import { mayInProject } from '#src/access/authorize.ts';
import type { ProjectPermission } from '#src/access/permissions.ts';
import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { EventStreams } from '#src/features/executions/index.ts';
import type { GuardedProject, Streamed } from '#src/http/endpoint.ts';
import * as store from './bulk.store.ts';

/** By kind of run: who may read its result may watch it come into being. */
const readers: Readonly<Record<string, ProjectPermission>> = {
  BULK: 'repository:read',
  RETENTION: 'tag-retention:list',
};

/** A run of this project; others, and those of which the caller may not know, are answered as none (S-020). */
export async function followRun(
  ctx: Context,
  streams: EventStreams,
  project: GuardedProject,
  id: number,
): Promise<Streamed> {
  const run = await store.findProjectRun(ctx.db, id);
  const permission = run && readers[run.vendor_type];
  if (
    permission === undefined ||
    run?.project_id !== project.id ||
    !mayInProject(ctx.who, project, permission)
  ) {
    throw new Failure('NOT_FOUND', 'there is no such execution in this project');
  }
  return streams.of(ctx, id);
}
