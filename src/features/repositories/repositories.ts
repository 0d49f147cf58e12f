import { type Context, inTransaction } from '#src/context.ts';
import { record } from '#src/features/audit/index.ts';
import { contentVisibleTo } from '#src/features/projects/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { findRepository, notFound, repositoryNameOf } from './find.ts';
import * as store from './repositories.store.ts';

interface Listing {
  rows: (store.RepositoryRow & { readonly size?: number })[];
  total: number;
}

/** What is shown beside a repository. */
interface Beside {
  readonly with_size: boolean;
}

/** The repositories of every project that the caller may know of (rbac.md section 7, "List visibility"). */
export function listAllRepositories(ctx: Context, page: Page, beside: Beside): Promise<Listing> {
  return list(ctx, { visible: contentVisibleTo(ctx.who) }, page, beside);
}

export function listRepositories(
  ctx: Context,
  project: GuardedProject,
  page: Page,
  beside: Beside,
): Promise<Listing> {
  return list(ctx, { project: project.id }, page, beside);
}

async function list(ctx: Context, within: store.Within, page: Page, { with_size }: Beside): Promise<Listing> {
  const { rows, total } = await store.list(ctx, within, page);
  return { rows: with_size ? await measured(ctx, rows) : rows, total };
}

export async function getRepository(
  ctx: Context,
  project: GuardedProject,
  given: string,
  { with_size }: Beside,
): Promise<Listing['rows'][number]> {
  const name = repositoryNameOf(project, given);
  const found = await store.find(ctx, project.id, name);
  if (!found) throw notFound(name);
  const [row] = with_size ? await measured(ctx, [found]) : [found];
  return row ?? found;
}

async function measured(ctx: Context, rows: readonly store.RepositoryRow[]): Promise<Listing['rows']> {
  const sizes = await store.sizesOf(
    ctx,
    rows.map(({ repository_id }) => repository_id),
  );
  return rows.map((row) => ({ ...row, size: sizes.get(row.repository_id) ?? 0 }));
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
