import { sql } from 'kysely';
import type { Context } from '#src/context.ts';
import type { Db, Tx } from '#src/database/pool.ts';
import { anyOf } from '#src/database/prepared.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

/** Without the secret's hash: nothing here needs it. */
export interface RobotRow {
  id: number;
  name: string;
  level: 'system' | 'project';
  project_id: number | null;
  /** The project's name. */
  project: string | null;
  description: string;
  duration: number;
  expires_at: number;
  disabled: boolean;
  creator_type: 'local' | 'robot';
  creator_ref: number;
  creation_time: Date;
  update_time: Date;
}

export interface GrantRow {
  kind: 'system' | 'project';
  namespace: string;
  project_id: number | null;
  resource: string;
  action: string;
  effect: 'allow' | 'deny';
}

const fullName = sql<string>`case when p.name is null then r.name else p.name || '+' || r.name end`;

const robotKeys: ListKeys = {
  keys: {
    id: { type: 'integer', sql: sql.ref('r.id') },
    // Harbor: without the prefix, with the project.
    name: { type: 'text', sql: fullName },
    description: { type: 'text', sql: sql.ref('r.description') },
    duration: { type: 'integer', sql: sql.ref('r.duration') },
    project_id: { type: 'integer', sql: sql.ref('r.project_id') },
    expires_at: { type: 'integer', sql: sql.ref('r.expires_at') },
    expiresat: { type: 'integer', sql: sql.ref('r.expires_at') },
    disabled: { type: 'boolean', sql: sql.ref('r.disabled') },
    creator_ref: { type: 'integer', sql: sql.ref('r.creator_ref') },
    creator_type: { type: 'text', sql: sql.ref('r.creator_type') },
    creation_time: { type: 'time', sql: sql.ref('r.creation_time') },
    update_time: { type: 'time', sql: sql.ref('r.update_time') },
  },
  refused: ['secret', 'secret_hash', 'salt'],
  order: 'name',
  tie: 'r.id',
};

/** Of level system: the full name is the name, and the order needs no look at projects. */
const systemKeys: ListKeys = {
  ...robotKeys,
  keys: { ...robotKeys.keys, name: { type: 'text', sql: sql.ref('r.name') } },
};

const robots = (db: Db) =>
  db.selectFrom('robot as r').leftJoin('project as p', 'p.project_id', 'r.project_id');

const columns = (db: Db) =>
  robots(db)
    .select(['r.id', 'r.name', 'r.level', 'r.project_id', 'p.name as project', 'r.description', 'r.duration'])
    .select(['r.expires_at', 'r.disabled', 'r.creator_type', 'r.creator_ref'])
    .select(['r.creation_time', 'r.update_time']);

export function findRobot(db: Db, id: number): Promise<RobotRow | undefined> {
  return columns(db).where('r.id', '=', id).executeTakeFirst();
}

/** Holds the robot until the end of the transaction, so that two updates do not mix their grants. */
export async function lockRobot(tx: Tx, id: number): Promise<boolean> {
  const row = await tx.selectFrom('robot').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  return row !== undefined;
}

/** The robots of one project, or with `undefined` those of level system. */
export async function listRobots(
  ctx: Context,
  projectId: number | undefined,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: RobotRow[]; total: number }> {
  const keys = projectId === undefined ? systemKeys : robotKeys;
  const wanted = filterOf(clauses, keys);
  const of =
    projectId === undefined
      ? sql<boolean>`r.level = 'system'`
      : sql<boolean>`r.project_id = ${projectId}::bigint`;
  const rows = await columns(ctx.db)
    .where(of)
    .where(wanted)
    .orderBy(orderOf(page, keys))
    .modifyEnd(sliceOf(page))
    .execute();
  const all = robots(ctx.db).select(sql<number>`count(*)`.as('total')).where(of).where(wanted);
  return { rows, total: await ctx.counts.total(page, rows.length, all) };
}

export async function listGrants(db: Db, robotIds: readonly number[]): Promise<Map<number, GrantRow[]>> {
  const found = new Map<number, GrantRow[]>(robotIds.map((id) => [id, []]));
  if (robotIds.length === 0) return found;
  const rows = await db
    .selectFrom('robot_grant')
    .select(['robot_id', 'kind', 'namespace', 'project_id', 'resource', 'action', 'effect'])
    .where('robot_id', '=', anyOf(robotIds))
    .orderBy('kind', 'desc')
    .orderBy('namespace')
    .orderBy('resource')
    .orderBy('action')
    .execute();
  for (const { robot_id, ...grant } of rows) found.get(robot_id)?.push(grant);
  return found;
}

export interface NewRobotRow {
  name: string;
  level: 'system' | 'project';
  project_id: number | null;
  description: string;
  secret_hash: string;
  creator_type: 'local' | 'robot';
  creator_ref: number;
}

/** How long a robot lives: so many days (-1 for ever), or until a second since the epoch. */
export type Lifetime = { readonly days: number } | { readonly until: number };

/**
 * Undefined when the name is taken at that level. Days are counted by the database's clock; they are none when the
 * end is past.
 */
export function insertRobot(
  tx: Tx,
  row: NewRobotRow,
  lifetime: Lifetime,
): Promise<{ id: number; creation_time: Date; duration: number; expires_at: number } | undefined> {
  return tx
    .insertInto('robot')
    .values({ ...row, ...spanOf(lifetime) })
    .onConflict((on) => on.columns(['project_id', 'name']).doNothing())
    .returning(['id', 'creation_time', 'duration', 'expires_at'])
    .executeTakeFirst();
}

function spanOf(lifetime: Lifetime) {
  if ('days' in lifetime) return { duration: lifetime.days, expires_at: expiry(lifetime.days, sql`now()`) };
  const { until } = lifetime;
  return {
    duration: sql<number>`ceil((${until}::bigint - extract(epoch from now())) / 86400)::integer`,
    expires_at: until,
  };
}

export async function updateRobot(
  tx: Tx,
  id: number,
  row: { description: string; disabled: boolean; duration: number },
): Promise<void> {
  await tx
    .updateTable('robot')
    .set({
      ...row,
      // Harbor: a new duration counts from the robot's creation; an old one leaves the end where it is.
      expires_at: sql<number>`case when duration = ${row.duration} then expires_at
        else ${expiry(row.duration, sql.ref('creation_time'))} end`,
      update_time: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .execute();
}

function expiry(duration: number, from: ReturnType<typeof sql>) {
  if (duration === -1) return sql<number>`-1`;
  return sql<number>`floor(extract(epoch from ${from}))::bigint + ${duration}::bigint * 86400`;
}

export async function replaceSecret(tx: Tx, id: number, secret_hash: string): Promise<boolean> {
  const result = await tx
    .updateTable('robot')
    .set({ secret_hash, epoch: sql<number>`epoch + 1`, update_time: sql<Date>`now()` })
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Together with `insertGrants` in one transaction. */
export async function removeGrants(tx: Tx, robot_id: number): Promise<void> {
  await tx.deleteFrom('robot_grant').where('robot_id', '=', robot_id).execute();
}

/** A project deleted meanwhile fails on the foreign key. */
export async function insertGrants(tx: Tx, robot_id: number, grants: readonly GrantRow[]): Promise<void> {
  const rows = JSON.stringify(grants);
  await sql`insert into robot_grant (robot_id, kind, namespace, project_id, resource, action, effect)
    select ${robot_id}, g.kind, g.namespace, g.project_id, g.resource, g.action, g.effect
    from json_to_recordset(${rows}) as g
      (kind text, namespace text, project_id integer, resource text, action text, effect text)`.execute(tx);
}

export async function removeRobot(tx: Tx, id: number): Promise<boolean> {
  const result = await tx.deleteFrom('robot').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
