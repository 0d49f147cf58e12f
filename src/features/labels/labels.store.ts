import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

export interface LabelRow {
  id: number;
  name: string;
  description: string;
  color: string;
  scope: 'g' | 'p';
  /** Null in scope g. */
  project_id: number | null;
  creation_time: Date;
  update_time: Date;
}

const columns = [
  'id',
  'name',
  'description',
  'color',
  'scope',
  'project_id',
  'creation_time',
  'update_time',
] as const;

const labelKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    name: { type: 'text' },
    description: { type: 'text' },
    color: { type: 'text' },
    creation_time: { type: 'time' },
    update_time: { type: 'time' },
  },
  refused: [],
  order: 'id',
  tie: 'id',
};

/** The labels of one project, or with `null` those of the whole registry. */
export async function listLabels(
  db: Db,
  projectId: number | null,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: LabelRow[]; total: number }> {
  const listed = db
    .selectFrom('label')
    .where('project_id', projectId === null ? 'is' : '=', projectId)
    .where(filterOf(clauses, labelKeys));
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed
    .select(columns)
    .orderBy(orderOf(page, labelKeys))
    .modifyEnd(sliceOf(page))
    .execute();
  return { rows, total };
}

export function findLabel(db: Db, id: number): Promise<LabelRow | undefined> {
  return db.selectFrom('label').select(columns).where('id', '=', id).executeTakeFirst();
}

/** A label that artifacts of the project may carry: its own, or one of the whole registry. */
export function findLabelFor(db: Db, projectId: number, id: number): Promise<LabelRow | undefined> {
  return db
    .selectFrom('label')
    .select(columns)
    .where('id', '=', id)
    .where((where) => where.or([where('project_id', '=', projectId), where('scope', '=', 'g')]))
    .executeTakeFirst();
}

export interface NewLabelRow {
  name: string;
  description: string;
  color: string;
  scope: 'g' | 'p';
  project_id: number | null;
}

/** Undefined when the name is taken in that scope. A project deleted meanwhile fails on the foreign key. */
export function insertLabel(tx: Tx, row: NewLabelRow): Promise<{ id: number } | undefined> {
  return tx
    .insertInto('label')
    .values(row)
    .onConflict((on) => on.columns(['project_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
}

/** A taken name fails on its unique index. */
export async function updateLabel(
  tx: Tx,
  id: number,
  row: { name: string; description: string; color: string },
): Promise<boolean> {
  const result = await tx
    .updateTable('label')
    .set({ ...row, update_time: sql<Date>`now()` })
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The artifacts that carry it lose it with the row. */
export async function removeLabel(tx: Tx, id: number): Promise<boolean> {
  const result = await tx.deleteFrom('label').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** False when the artifact carries it already. Either one deleted meanwhile fails on its foreign key. */
export async function attach(tx: Tx, artifactId: number, labelId: number): Promise<boolean> {
  const result = await tx
    .insertInto('artifact_label')
    .values({ artifact_id: artifactId, label_id: labelId })
    .onConflict((on) => on.columns(['artifact_id', 'label_id']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** False when the artifact does not carry it. */
export async function detach(tx: Tx, artifactId: number, labelId: number): Promise<boolean> {
  const result = await tx
    .deleteFrom('artifact_label')
    .where('artifact_id', '=', artifactId)
    .where('label_id', '=', labelId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
