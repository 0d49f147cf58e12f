import { type Context, inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { contentVisibleTo } from '#src/features/projects/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { quote } from '#src/oci/quote.ts';
import { findRepository } from './find.ts';
import * as store from './repositories.store.ts';

interface Listing {
  rows: store.RepositoryRow[];
  total: number;
}

/** The repositories of every project that the caller may know of (rbac.md section 7, "List visibility"). */
export function listAllRepositories(ctx: Context, page: Page): Promise<Listing> {
  return store.list(ctx, { visible: contentVisibleTo(ctx.who) }, page);
}

export function listRepositories(ctx: Context, project: GuardedProject, page: Page): Promise<Listing> {
  return store.list(ctx, { project: project.id }, page);
}

export async function getRepository(
  ctx: Context,
  project: GuardedProject,
  given: string,
): Promise<store.RepositoryRow> {
  const { repository_id, name } = await findRepository(ctx, project, given);
  const row = await store.find(ctx, repository_id);
  if (!row) throw notFound(name);
  return row;
}

/** Harbor: the description is all that can be changed, and a body without one clears it. */
export async function describeRepository(
  ctx: Context,
  project: GuardedProject,
  given: string,
  description: string,
): Promise<void> {
  const { repository_id, name } = await findRepository(ctx, project, given);
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.describe(ctx.db, repository_id, description))) throw notFound(name);
    await record(ctx, {
      operation: 'update',
      resource_type: 'repository',
      resource: name,
      project_id: project.id,
      detail: { description },
    });
  });
}

export const notFound = (name: string): Failure =>
  new Failure('NOT_FOUND', `repository ${quote(name)} not found`);
