import { mayInProject, maySystem } from '#src/access/authorize.ts';
import type { Principal } from '#src/access/principal.ts';
import { announce, type Context, inTransaction } from '#src/context.ts';
import type { CveAllowlist } from '#src/database/tables.ts';
import { Failure, together } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { checkedLimit, setProjectLimit } from '#src/features/quotas/index.ts';
import { removeOfProject } from '#src/features/trash/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { type Match, parseQuery } from '#src/http/query.ts';
import { quote } from '#src/oci/quote.ts';
import { type GivenMetadata, metadataAfter, metadataOfNew } from './metadata.ts';
import { checkedName } from './name.ts';
import * as store from './projects.store.ts';
import type { Visible } from './visibility.ts';

const projectAdmin = 1;

export interface NewProject {
  readonly project_name?: string | null | undefined;
  readonly public?: boolean | null | undefined;
  readonly metadata?: GivenMetadata | null | undefined;
  readonly storage_limit?: number | null | undefined;
  readonly registry_id?: number | null | undefined;
}

export interface ProjectChange {
  readonly metadata?: GivenMetadata | null | undefined;
  readonly cve_allowlist?: GivenAllowlist | null | undefined;
  readonly storage_limit?: number | null | undefined;
}

export interface GivenAllowlist {
  readonly project_id?: number | null | undefined;
  readonly expires_at?: number | null | undefined;
  readonly items?: readonly { readonly cve_id?: string | null | undefined }[] | null | undefined;
}

/** Project, quota and the owner's membership commit with the audit entry or not at all. Returns the new id. */
export async function createProject(ctx: Context, given: NewProject): Promise<number> {
  requireCreator(ctx, given);
  const [name, limit, metadata] = together(
    () => checkedName(given.project_name ?? ''),
    () => storageLimit(ctx, given.storage_limit),
    () => metadataOfNew(given.metadata ?? {}, given.public),
    () => requireNoRegistry(given.registry_id),
  );
  return inTransaction(ctx, async (ctx) => {
    const owner_id = await ownerFor(ctx);
    const project = await store.insertProject(ctx.db, { name, owner_id, metadata: JSON.stringify(metadata) });
    if (!project) throw new Failure('CONFLICT', `The project named ${name} already exists`);
    const { project_id } = project;
    await store.insertQuota(ctx.db, project_id, limit);
    await store.insertOwner(ctx.db, project_id, owner_id, projectAdmin);
    await record(ctx, { operation: 'create', resource_type: 'project', resource: name, project_id });
    await announce(ctx, `project:${name}`);
    await announce(ctx, `user:${owner_id}`);
    return project_id;
  });
}

/** Anybody logged in; of the robots only those of level system that hold project:create (rbac.md section 8). */
function requireCreator({ who, live }: Context, given: NewProject): void {
  if (who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  const administrator = maySystem(who, 'project:create');
  if (who.kind === 'robot' && !administrator) {
    throw new Failure('FORBIDDEN', 'only system level robots with project:create can create projects');
  }
  if (live.get('project_creation_restriction') === 'adminonly' && !administrator) {
    throw new Failure(
      'FORBIDDEN',
      'Only system admin can create project: the setting project_creation_restriction is adminonly',
    );
  }
  if (typeof given.registry_id === 'number' && !administrator) {
    throw new Failure('FORBIDDEN', 'Only system admin can create proxy cache project');
  }
}

function requireNoRegistry(id: number | null | undefined): void {
  if (typeof id !== 'number') return;
  throw new Failure(
    'BAD_REQUEST',
    `there is no registry ${id} to make a proxy cache of: registry_id names a registry endpoint`,
  );
}

/** Harbor: only system administrators set a limit; what others ask for is replaced by the default. */
function storageLimit({ who, live }: Context, asked: number | null | undefined): number {
  if (!asked || !maySystem(who, 'project:create')) return live.get('storage_per_project');
  return checkedLimit('storage_limit', asked);
}

async function ownerFor(ctx: Context): Promise<number> {
  if (ctx.who.kind === 'user') return ctx.who.id;
  // Harbor: a robot owns nothing, the first system administrator does.
  const first = await store.findFirstAdministrator(ctx.db);
  if (!first) throw new Failure('PRECONDITION', 'there is no system administrator to own the project');
  return first.user_id;
}

export async function getProject(ctx: Context, id: number): Promise<store.ProjectRow> {
  const project = await store.findProject(ctx, id);
  if (!project) throw new Failure('NOT_FOUND', `project ${id} not found`);
  return project;
}

/** Harbor: throws NOT_FOUND for whoever is logged in, member or not. */
export async function requireProjectNamed(ctx: Context, name: string): Promise<void> {
  const found = await store.findProjectIds(ctx.db, [name]);
  if (!found.has(name)) throw new Failure('NOT_FOUND', `project ${name} not found`);
}

export interface ProjectFilter {
  readonly name?: string | undefined;
  readonly owner?: string | undefined;
  readonly public?: boolean | undefined;
}

/** What the caller may know of (rbac.md section 7, "List visibility"). */
export function listProjects(
  ctx: Context,
  filter: ProjectFilter,
  page: Page,
): Promise<{ rows: store.ProjectRow[]; total: number }> {
  const clauses = new Map<string, Match>(parseQuery(page.q));
  if (filter.name) clauses.set('name', { kind: 'contains', value: filter.name });
  if (filter.owner) clauses.set('owner', { kind: 'equal', value: filter.owner });
  if (filter.public !== undefined) clauses.set('public', { kind: 'equal', value: String(filter.public) });
  return store.listProjects(ctx, visibleTo(ctx.who), clauses, page);
}

/** What those of them store whose quota the caller may read. */
export function sizesOf(ctx: Context, rows: readonly store.ProjectRow[]): Promise<Map<number, number>> {
  const readable = rows.filter((row) =>
    mayInProject(ctx.who, { id: row.project_id, public: row.public }, 'quota:read'),
  );
  return store.sizesOf(
    ctx.db,
    readable.map(({ project_id }) => project_id),
  );
}

function visibleTo(who: Principal): Visible {
  if (maySystem(who, 'project:list')) return 'all';
  if (who.kind === 'anonymous') return [];
  if (who.kind === 'user') return [...who.roles.keys()];
  if (who.level === 'project') return who.projectId === null ? [] : [who.projectId];
  const named = who.grants.filter((grant) => grant.kind === 'project' && grant.effect === 'allow');
  if (named.some((grant) => grant.namespace === '*')) return 'all';
  return named.flatMap(({ namespace }) => (typeof namespace === 'number' ? [namespace] : []));
}

/** Harbor: merges metadata key by key, replaces the allowlist when there is one, and ignores everything else. */
export async function updateProject(
  ctx: Context,
  project: GuardedProject,
  change: ProjectChange,
): Promise<void> {
  const allowlist = change.cve_allowlist ?? undefined;
  await inTransaction(ctx, async (ctx) => {
    const before = await store.lockProject(ctx.db, project.id);
    if (!before) throw new Failure('NOT_FOUND', `project ${project.name} not found`);
    const [items, limit, metadata] = together(
      () => allowlist && checkedAllowlist(allowlist, project.id),
      // Harbor ignores it here. People's guides set it so, and mean it (docs/compatibility.md).
      () =>
        change.storage_limit && maySystem(ctx.who, 'quota:update')
          ? checkedLimit('storage_limit', change.storage_limit)
          : undefined,
      () => metadataAfter(change.metadata ?? {}, before.metadata),
    );
    await store.updateProject(ctx.db, project.id, {
      metadata: JSON.stringify(metadata),
      ...(items && { cve_allowlist: JSON.stringify(allowlistAfter(items, allowlist, before.cve_allowlist)) }),
    });
    await record(ctx, {
      operation: 'update',
      resource_type: 'project',
      resource: project.name,
      project_id: project.id,
      detail: { from: before.metadata, to: metadata, ...(items && { cve_allowlist: items }) },
    });
    if (limit !== undefined) await setProjectLimit(ctx, project.id, limit);
    await announce(ctx, `project:${project.name}`);
  });
}

export function checkedAllowlist(given: GivenAllowlist, projectId: number): string[] {
  if (given.project_id && given.project_id !== projectId) {
    throw new Failure(
      'BAD_REQUEST',
      `project_id in cve_allowlist must be ${projectId} but it's ${given.project_id}`,
    );
  }
  const items = (given.items ?? []).map((item) => item.cve_id ?? '');
  if (items.some((id) => id.trim() === '')) {
    throw new Failure('BAD_REQUEST', 'an entry of cve_allowlist has no cve_id');
  }
  const twice = items.find((id, i) => items.indexOf(id) !== i);
  if (twice !== undefined) {
    throw new Failure('BAD_REQUEST', `duplicate CVE ID in cve_allowlist: ${quote(twice)}`);
  }
  return items;
}

export function allowlistAfter(
  items: string[],
  given: GivenAllowlist | undefined,
  before: CveAllowlist | null,
): CveAllowlist {
  const now = new Date().toISOString();
  return {
    items,
    expires_at: given?.expires_at ?? null,
    creation_time: before?.creation_time ?? now,
    update_time: now,
  };
}

const notEmpty = 'the project contains repositories, can not be deleted';

export async function deletable(ctx: Context, project: GuardedProject) {
  return (await store.hasRepositories(ctx.db, project.id)) ? { message: notEmpty } : { deletable: true };
}

export async function deleteProject(ctx: Context, project: GuardedProject): Promise<void> {
  try {
    await inTransaction(ctx, async (ctx) => {
      if (await store.hasRepositories(ctx.db, project.id)) throw new Failure('PRECONDITION', notEmpty);
      await removeOfProject(ctx, project.id);
      if (!(await store.removeProject(ctx.db, project.id))) {
        throw new Failure('NOT_FOUND', `project ${project.name} not found`);
      }
      const { id: project_id, name } = project;
      await record(ctx, { operation: 'delete', resource_type: 'project', resource: name, project_id });
      // Whoever hears this also forgets the robots, which went with the project.
      await announce(ctx, `project:${name}`);
    });
  } catch (error) {
    // A push of this very moment made a repository.
    if ((error as { code?: unknown }).code === '23503') {
      throw new Failure('PRECONDITION', notEmpty, { cause: error });
    }
    throw error;
  }
}

/** Harbor: the quota for those who may read it, the members for those who may list them. */
export async function summarize(ctx: Context, project: GuardedProject) {
  const quota = mayInProject(ctx.who, project, 'quota:read')
    ? await store.findQuota(ctx.db, project.id)
    : undefined;
  const members = mayInProject(ctx.who, project, 'member:list')
    ? await store.countMembers(ctx.db, project.id)
    : undefined;
  return { repositories: await store.countRepositories(ctx, project.id), quota, members };
}
