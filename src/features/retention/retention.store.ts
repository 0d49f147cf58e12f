import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { sliceOf } from '#src/http/list.ts';
import type { RetentionRule } from './rules.ts';

export interface PolicyRow {
  readonly id: number;
  readonly project_id: number;
  readonly project_name: string;
  readonly public: boolean;
  readonly algorithm: string;
  readonly rules: readonly RetentionRule[];
  readonly cron: string;
  readonly revision: number;
}

export async function findPolicy(db: Db, id: number): Promise<PolicyRow | undefined> {
  const { rows } = await sql<PolicyRow>`
    select r.id, r.project_id, p.name as project_name, p.public, r.algorithm, r.rules, r.cron, r.revision
      from retention_policy r join project p using (project_id) where r.id = ${id}`.execute(db);
  return rows[0];
}

/** By the project's name. */
export async function findPolicyOf(db: Db, project: string): Promise<PolicyRow | undefined> {
  const { rows } = await sql<{ id: number }>`
    select r.id from retention_policy r join project p using (project_id) where p.name = ${project}`.execute(
    db,
  );
  return rows[0] && findPolicy(db, rows[0].id);
}

export async function findPolicyId(db: Db, projectId: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('retention_policy')
    .select('id')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row?.id;
}

export async function findName(db: Db, projectId: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('project')
    .select('name')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row?.name;
}

interface PolicyContent {
  readonly algorithm: string;
  readonly rules: string;
  readonly cron: string;
}

/** Undefined when the project has a policy. */
export async function insertPolicy(
  tx: Tx,
  projectId: number,
  content: PolicyContent,
): Promise<number | undefined> {
  const row = await tx
    .insertInto('retention_policy')
    .values({ project_id: projectId, ...content })
    .onConflict((on) => on.column('project_id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

export async function updatePolicy(tx: Tx, id: number, content: PolicyContent): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('retention_policy')
    .set({ ...content, revision: sql<number>`revision + 1`, update_time: sql<Date>`now()` })
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Its schedule, executions and logs go with it. */
export async function removePolicy(tx: Tx, id: number): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('retention_policy').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Nobody changes or deletes the policy until the transaction ends. False when somebody did since that revision. */
export async function holdPolicy(tx: Tx, id: number, revision: number): Promise<boolean> {
  const { rows } = await sql`
    select from retention_policy where id = ${id} and revision = ${revision} for share`.execute(tx);
  return rows.length > 0;
}

/** What clients find the policy by. False when the project is not there. */
export async function noteInProject(tx: Tx, projectId: number, policy: number | undefined): Promise<boolean> {
  const metadata =
    policy === undefined
      ? sql<string>`metadata - 'retention_id'`
      : sql<string>`metadata || jsonb_build_object('retention_id', ${String(policy)}::text)`;
  const { numUpdatedRows } = await tx
    .updateTable('project')
    .set({ metadata })
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export interface RepositoryRow {
  readonly repository_id: number;
  readonly project_id: number;
  readonly name: string;
}

/** All of a project, by name. */
export function listRepositories(db: Db, projectId: number): Promise<RepositoryRow[]> {
  return db
    .selectFrom('repository')
    .select(['repository_id', 'project_id', 'name'])
    .where('project_id', '=', projectId)
    .orderBy('name')
    .execute();
}

export function findRepositoryById(db: Db, id: number): Promise<RepositoryRow | undefined> {
  return db
    .selectFrom('repository')
    .select(['repository_id', 'project_id', 'name'])
    .where('repository_id', '=', id)
    .executeTakeFirst();
}

export interface ProjectRow {
  readonly id: number;
  readonly name: string;
  readonly public: boolean;
  readonly filled: boolean;
}

/** Projects without a policy that the caller may belong to, the most recent first; not many are needed. */
export async function listWithoutPolicy(
  db: Db,
  only: readonly number[] | 'all',
  limit: number,
): Promise<ProjectRow[]> {
  const { rows } = await sql<ProjectRow>`
    select p.project_id as id, p.name, p.public,
           exists (select from repository r where r.project_id = p.project_id) as filled
      from project p
     where not exists (select from retention_policy x where x.project_id = p.project_id)
       and ${only === 'all' ? sql`true` : sql`p.project_id = any(${[...only]}::integer[])`}
     order by filled desc, p.project_id desc limit ${limit}`.execute(db);
  return rows;
}

export interface ExecutionRow {
  readonly id: number;
  readonly vendor_id: number;
  readonly status: string;
  readonly trigger: string;
  readonly extra_attrs: Record<string, unknown>;
  readonly start_time: Date;
  readonly end_time: Date | null;
}

const vendorType = 'RETENTION';

/** Newest first. Only runs of this policy: those of others, and of other jobs, are not there (S-019, S-020). */
export async function listExecutions(
  db: Db,
  policy: number,
  page: Page,
): Promise<{ rows: ExecutionRow[]; total: number }> {
  const listed = db
    .selectFrom('execution')
    .where('vendor_type', '=', vendorType)
    .where('vendor_id', '=', policy);
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed.selectAll().orderBy('id', 'desc').modifyEnd(sliceOf(page)).execute();
  return { rows, total };
}

export function findExecution(db: Db, policy: number, id: number): Promise<ExecutionRow | undefined> {
  return db
    .selectFrom('execution')
    .selectAll()
    .where('vendor_type', '=', vendorType)
    .where('vendor_id', '=', policy)
    .where('id', '=', id)
    .executeTakeFirst();
}

export interface TaskRow {
  readonly id: number;
  readonly execution_id: number;
  readonly status: string;
  readonly extra_attrs: Record<string, unknown>;
  readonly start_time: Date | null;
  readonly end_time: Date | null;
  readonly attempt: number;
}

export async function listTasks(
  db: Db,
  execution: number,
  page: Page,
): Promise<{ rows: TaskRow[]; total: number }> {
  const listed = db.selectFrom('task').where('execution_id', '=', execution);
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed.selectAll().orderBy('id').modifyEnd(sliceOf(page)).execute();
  return { rows, total };
}

export function findTask(db: Db, execution: number, id: number): Promise<TaskRow | undefined> {
  return db
    .selectFrom('task')
    .selectAll()
    .where('execution_id', '=', execution)
    .where('id', '=', id)
    .executeTakeFirst();
}
