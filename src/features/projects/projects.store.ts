import { type SqlBool, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { countable } from '#src/database/counts.ts';
import { type Db, run, statement, type Tx } from '#src/database/pool.ts';
import { listAt } from '#src/database/prepared.ts';
import type { CveAllowlist } from '#src/database/tables.ts';
import { usedStorage } from '#src/features/quotas/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import { type Clauses } from '#src/http/query.ts';
import { isVisible, type Visible } from './visibility.ts';

export interface ProjectRow {
  project_id: number;
  name: string;
  owner_id: number;
  /** Null when the owner was deleted. */
  owner_name: string | null;
  public: boolean;
  metadata: Record<string, string>;
  cve_allowlist: CveAllowlist | null;
  repo_count: number;
  creation_time: Date;
  update_time: Date;
}

const projectKeys: ListKeys = {
  keys: {
    project_id: { type: 'integer', sql: sql.ref('p.project_id') },
    name: { type: 'text', lower: true, sql: sql.ref('p.name') },
    owner_id: { type: 'integer', sql: sql.ref('p.owner_id') },
    owner: { type: 'text', sql: sql.ref('o.username') },
    public: { type: 'boolean', sql: sql.ref('p.public') },
    creation_time: { type: 'time', sql: sql.ref('p.creation_time') },
    update_time: { type: 'time', sql: sql.ref('p.update_time') },
  },
  refused: ['metadata', 'cve_allowlist'],
  order: 'name',
  tie: 'p.project_id',
};

type Row = Omit<ProjectRow, 'repo_count'>;

const from = `from project p left join user_account o on o.user_id = p.owner_id and not o.deleted`;
const select = `select p.project_id, p.name, p.owner_id, p.public, p.metadata, p.cve_allowlist,
  o.username as owner_name, p.creation_time, p.update_time ${from}`;
const listed = sql.raw(select);
const counted = sql.raw(`select count(*) as total ${from}`);

const byId = statement<Row>('project-by-id', `${select} where p.project_id = $1`);

export async function findProject(ctx: Context, id: number): Promise<ProjectRow | undefined> {
  const [[row], repo_count] = await Promise.all([run(ctx.db, byId, [id]), countRepositories(ctx, id)]);
  return row && { ...row, repo_count };
}

export function findVisibility(db: Db, id: number): Promise<{ id: number; public: boolean } | undefined> {
  return db
    .selectFrom('project')
    .select(['project_id as id', 'public'])
    .where('project_id', '=', id)
    .executeTakeFirst();
}

/** The ids of those names that are projects. */
export async function findProjectIds(db: Db, names: readonly string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('project')
    .select(['name', 'project_id'])
    .where('name', 'in', names)
    .execute();
  return new Map(rows.map((row) => [row.name, row.project_id]));
}

export async function listProjects(
  ctx: Context,
  visible: Visible,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: ProjectRow[]; total: number }> {
  const wanted = sql<SqlBool>`${isVisible(visible)} and ${filterOf(clauses, projectKeys)}`;
  const order = orderOf(page, projectKeys);
  const { rows } = await sql<Row>`${listed} where ${wanted} order by ${order} ${sliceOf(page)}`.execute(
    ctx.db,
  );
  const all = countable(ctx.db, sql`${counted} where ${wanted}`);
  const [repositories, total] = await Promise.all([
    repositoriesOf(
      ctx,
      rows.map((row) => row.project_id),
    ),
    ctx.counts.total(page, rows.length, all),
  ]);
  return {
    rows: rows.map((row) => ({ ...row, repo_count: repositories.get(row.project_id) ?? 0 })),
    total,
  };
}

/** Undefined when the name is taken. */
export function insertProject(
  tx: Tx,
  row: { name: string; owner_id: number; metadata: string },
): Promise<{ project_id: number } | undefined> {
  return tx
    .insertInto('project')
    .values(row)
    .onConflict((on) => on.column('name').doNothing())
    .returning('project_id')
    .executeTakeFirst();
}

export async function insertQuota(tx: Tx, project_id: number, hard_storage: number): Promise<void> {
  await tx.insertInto('quota').values({ project_id, hard_storage }).execute();
}

export async function insertOwner(tx: Tx, project_id: number, user_id: number, role: number): Promise<void> {
  await tx.insertInto('project_member').values({ project_id, user_id, role }).execute();
}

/** The system administrator with the lowest id: owner of what robots create. */
export function findFirstAdministrator(db: Db): Promise<{ user_id: number } | undefined> {
  return db
    .selectFrom('user_account')
    .select('user_id')
    .where((where) => where.or([where('sysadmin_flag', '=', true), where('user_id', '=', 1)]))
    .where('deleted', '=', false)
    .orderBy('user_id')
    .limit(1)
    .executeTakeFirst();
}

export function findMetadata(db: Db, id: number): Promise<{ metadata: Record<string, string> } | undefined> {
  return db.selectFrom('project').select('metadata').where('project_id', '=', id).executeTakeFirst();
}

export function lockProject(
  tx: Tx,
  id: number,
): Promise<{ metadata: Record<string, string>; cve_allowlist: CveAllowlist | null } | undefined> {
  return tx
    .selectFrom('project')
    .select(['metadata', 'cve_allowlist'])
    .where('project_id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function updateProject(
  tx: Tx,
  id: number,
  row: { metadata: string; cve_allowlist?: string },
): Promise<void> {
  await tx
    .updateTable('project')
    .set({ ...row, update_time: sql<Date>`now()` })
    .where('project_id', '=', id)
    .execute();
}

/**
 * Members, quota, robots and grants go with the project. What the project was charged for goes too; repositories
 * do not: a foreign key refuses (the caller's PRECONDITION).
 */
export async function removeProject(tx: Tx, id: number): Promise<boolean> {
  await tx.deleteFrom('project_blob').where('project_id', '=', id).execute();
  await tx.deleteFrom('quota_charge').where('project_id', '=', id).execute();
  const gone = await tx.deleteFrom('project').where('project_id', '=', id).executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

export async function hasRepositories(db: Db, project_id: number): Promise<boolean> {
  const first = await db
    .selectFrom('repository')
    .select('repository_id')
    .where('project_id', '=', project_id)
    .limit(1)
    .executeTakeFirst();
  return first !== undefined;
}

export async function countRepositories(ctx: Context, project_id: number): Promise<number> {
  return (await repositoriesOf(ctx, [project_id])).get(project_id) ?? 0;
}

const repositoryCounts = statement<{ project_id: number; count: number }>(
  'repository-counts',
  `select project_id, count(*) as count from repository where project_id = any (${listAt('$1')}) group by project_id`,
);

function repositoriesOf(ctx: Context, ids: readonly number[]): Promise<Map<number, number>> {
  return ctx.counts.each('repositories of project', ids, async (asked) => {
    const rows = await run(ctx.db, repositoryCounts, [asked]);
    return new Map(rows.map(({ project_id, count }) => [project_id, count]));
  });
}

const quotas = statement<{ project_id: number; hard: number; used: number }>(
  'project-quotas',
  `select q.project_id, q.hard_storage as hard, ${usedStorage} as used
     from quota q where q.project_id = any(${listAt('$1')})`,
);

/** Bytes; `hard` -1 is no limit. */
export async function findQuota(db: Db, id: number): Promise<{ hard: number; used: number } | undefined> {
  return (await run(db, quotas, [[id]]))[0];
}

/** Bytes that each stores, for the projects of a page. */
export async function sizesOf(db: Db, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await run(db, quotas, [ids]);
  return new Map(rows.map(({ project_id, used }) => [project_id, used]));
}

export async function countMembers(db: Db, project_id: number): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('project_member')
    .select(['role', sql<number>`count(*)`.as('count')])
    .where('project_id', '=', project_id)
    .groupBy('role')
    .execute();
  return new Map(rows.map(({ role, count }) => [role, count]));
}
