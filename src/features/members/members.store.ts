import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

export interface MemberRow {
  id: number;
  project_id: number;
  role: number;
  user_id: number | null;
  group_id: number | null;
  name: string;
}

const members = (db: Db) =>
  db
    .selectFrom('project_member as m')
    .leftJoin('user_account as u', 'u.user_id', 'm.user_id')
    .leftJoin('user_group as g', 'g.id', 'm.group_id');

const name = sql<string>`coalesce(u.username, g.group_name)`;

const memberKeys: ListKeys = {
  keys: {
    entity_name: { type: 'text', sql: name },
    entity_id: { type: 'integer', sql: sql`coalesce(m.user_id, m.group_id)` },
    entity_type: { type: 'text', sql: sql`case when m.user_id is null then 'g' else 'u' end` },
    role_id: { type: 'integer', sql: sql.ref('m.role') },
    id: { type: 'integer', sql: sql.ref('m.id') },
  },
  refused: [],
  order: 'entity_name',
  tie: 'm.id',
};

const columns = (db: Db) =>
  members(db).select(['m.id', 'm.project_id', 'm.role', 'm.user_id', 'm.group_id', name.as('name')]);

/** Loaded by project and id together, so that a member of another project is not there (R1). */
export function findMember(db: Db, projectId: number, id: number): Promise<MemberRow | undefined> {
  return columns(db).where('m.project_id', '=', projectId).where('m.id', '=', id).executeTakeFirst();
}

export interface MemberFilter {
  /** Keeps those of exactly that name. */
  readonly named: string | undefined;
  readonly clauses: Clauses;
}

/** In order of their names, unless the page asks for another. */
export async function listMembers(
  db: Db,
  projectId: number,
  { named, clauses }: MemberFilter,
  page: Page,
): Promise<{ rows: MemberRow[]; total: number }> {
  const exactly = named === undefined ? sql<boolean>`true` : sql<boolean>`${name} = ${named}`;
  const wanted = sql<boolean>`${exactly} and ${filterOf(clauses, memberKeys)}`;
  const { total } = await members(db)
    .select(sql<number>`count(*)`.as('total'))
    .where('m.project_id', '=', projectId)
    .where(wanted)
    .executeTakeFirstOrThrow();
  const rows = await columns(db)
    .where('m.project_id', '=', projectId)
    .where(wanted)
    .orderBy(orderOf(page, memberKeys))
    .modifyEnd(sliceOf(page))
    .execute();
  return { rows, total };
}

/** Undefined when the user or the group is a member already. */
export function insertMember(
  tx: Tx,
  row: { project_id: number; user_id: number | null; group_id: number | null; role: number },
): Promise<{ id: number } | undefined> {
  return tx
    .insertInto('project_member')
    .values(row)
    .onConflict((on) => on.doNothing())
    .returning('id')
    .executeTakeFirst();
}

export async function updateRole(tx: Tx, projectId: number, id: number, role: number): Promise<void> {
  await tx
    .updateTable('project_member')
    .set({ role, update_time: sql<Date>`now()` })
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .execute();
}

export async function removeMember(tx: Tx, projectId: number, id: number): Promise<void> {
  await tx.deleteFrom('project_member').where('project_id', '=', projectId).where('id', '=', id).execute();
}
