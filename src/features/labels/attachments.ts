import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { type ArtifactPath, type ArtifactRow, findArtifact } from '#src/features/artifacts/index.ts';
import { record } from '#src/features/audit/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import * as store from './labels.store.ts';

interface Found {
  readonly artifact: ArtifactRow;
  /** Repository and digest. */
  readonly name: string;
}

async function findIn(ctx: Context, project: GuardedProject, path: ArtifactPath): Promise<Found> {
  const { repository, artifact } = await findArtifact(ctx, project, path);
  return { artifact, name: `${repository.name}@${artifact.digest}` };
}

/** A label of another project is answered as one that is not there (R1). */
export async function attachLabel(
  ctx: Context,
  project: GuardedProject,
  path: ArtifactPath,
  labelId: number,
): Promise<void> {
  const { artifact, name } = await findIn(ctx, project, path);
  const label = await store.findLabelFor(ctx.db, project.id, labelId);
  if (!label) throw unknown(labelId);
  try {
    await inTransaction(ctx, async (ctx) => {
      if (!(await store.attach(ctx.db, artifact.id, labelId))) {
        throw new Failure('CONFLICT', `label ${labelId} is already added to the artifact ${name}`);
      }
      await recordChange(ctx, project, name, { label_added: label.name });
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    throw new Failure('NOT_FOUND', `label ${labelId} or artifact ${name} was deleted at this moment`, {
      cause: error,
    });
  }
}

/** Throws when nothing in the project can carry it. */
export async function requireLabel(ctx: Context, project: GuardedProject, labelId: number): Promise<void> {
  if (!(await store.findLabelFor(ctx.db, project.id, labelId))) throw unknown(labelId);
}

export async function detachLabel(
  ctx: Context,
  project: GuardedProject,
  path: ArtifactPath,
  labelId: number,
): Promise<void> {
  const { artifact, name } = await findIn(ctx, project, path);
  const label = await store.findLabelFor(ctx.db, project.id, labelId);
  if (!label) throw unknown(labelId);
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.detach(ctx.db, artifact.id, labelId))) {
      throw new Failure('NOT_FOUND', `label ${labelId} is not on the artifact ${name}`);
    }
    await recordChange(ctx, project, name, { label_removed: label.name });
  });
}

const unknown = (id: number) => new Failure('NOT_FOUND', `label ${id} not found`);

function recordChange(
  ctx: TxContext,
  project: GuardedProject,
  resource: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return record(ctx, {
    operation: 'update',
    resource_type: 'artifact',
    resource,
    project_id: project.id,
    detail,
  });
}
