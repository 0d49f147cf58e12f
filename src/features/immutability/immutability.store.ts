import { type SqlBool, sql } from 'kysely';
import type { Selectable } from 'kysely';
import { type Db, run, statement, type Tx } from '#src/database/pool.ts';
import type { Tables } from '#src/database/tables.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';
import { compileProtection, type ProtectingRule, type Protection } from '#src/oci/selector.ts';

export type RuleRow = Selectable<Tables['immutable_rule']>;

/** Two-part key of the advisory lock; the other part is the project (migration 12). */
const rulesLock = 7_881_694;

/** Nobody changes the rules until the transaction ends. */
export async function holdRules(db: Db, projectId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${rulesLock}, ${projectId})`.execute(db);
}

/** Waits for everybody who decided by the rules as they are, and keeps others from deciding until the end. */
export async function lockRules(tx: Tx, projectId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(${rulesLock}, ${projectId})`.execute(tx);
}

/** Copies of the rules that were read before are outdated from here on. */
export async function raiseEpoch(tx: Tx, projectId: number): Promise<void> {
  await sql`
    insert into immutable_epoch (project_id, epoch) values (${projectId}, 1)
    on conflict (project_id) do update set epoch = immutable_epoch.epoch + 1`.execute(tx);
}

const protection = statement<{ epoch: number; rule: ProtectingRule | null }>(
  'protection',
  `select e.epoch, case when r.id is not null then json_build_object(
            'id', r.id, 'tag', json_build_object('decoration', r.tag_decoration, 'pattern', r.tag_pattern),
            'repository', json_build_object('decoration', r.repository_decoration, 'pattern', r.repository_pattern)) end as rule
     from immutable_epoch e left join immutable_rule r on r.project_id = e.project_id and not r.disabled
    where e.project_id = $1 order by r.id`,
);

export async function findProtection(db: Db, projectId: number): Promise<Protection> {
  const rows = await run(db, protection, [projectId]);
  return compileProtection(
    rows[0]?.epoch ?? 0,
    rows.flatMap(({ rule }) => rule ?? []),
  );
}

const ruleKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    project_id: { type: 'integer' },
    disabled: { type: 'boolean' },
    creation_time: { type: 'time' },
    update_time: { type: 'time' },
  },
  refused: [],
  order: 'id',
  tie: 'id',
};

export async function listRules(
  db: Db,
  projectId: number,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: RuleRow[]; total: number }> {
  const listed = db
    .selectFrom('immutable_rule')
    .where('project_id', '=', projectId)
    .where(filterOf(clauses, ruleKeys));
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed.selectAll().orderBy(orderOf(page, ruleKeys)).modifyEnd(sliceOf(page)).execute();
  return { rows, total };
}

export async function countRules(db: Db, projectId: number): Promise<number> {
  const { count } = await db
    .selectFrom('immutable_rule')
    .select(sql<number>`count(*)`.as('count'))
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();
  return count;
}

/** Of this project only: what belongs to another one is not there (R1, S-018). */
export function findRule(db: Db, projectId: number, id: number): Promise<RuleRow | undefined> {
  return db
    .selectFrom('immutable_rule')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export interface RuleSelectors {
  readonly tag_decoration: RuleRow['tag_decoration'];
  readonly tag_pattern: string;
  readonly tag_extras: string;
  readonly repository_decoration: RuleRow['repository_decoration'];
  readonly repository_pattern: string;
}

/** Undefined when the project has a rule with these selectors. */
export function insertRule(
  tx: Tx,
  projectId: number,
  selectors: RuleSelectors,
): Promise<{ id: number } | undefined> {
  return tx
    .insertInto('immutable_rule')
    .values({ project_id: projectId, ...selectors })
    .onConflict((on) => on.doNothing())
    .returning('id')
    .executeTakeFirst();
}

/** Whether another rule of the project has these selectors. */
export async function isTaken(
  db: Db,
  projectId: number,
  selectors: RuleSelectors,
  except: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('immutable_rule')
    .select('id')
    .where('project_id', '=', projectId)
    .where('id', '<>', except)
    .where('tag_decoration', '=', selectors.tag_decoration)
    .where('repository_decoration', '=', selectors.repository_decoration)
    .where(sql<SqlBool>`md5(tag_pattern) = md5(${selectors.tag_pattern})`)
    .where(sql<SqlBool>`md5(repository_pattern) = md5(${selectors.repository_pattern})`)
    .executeTakeFirst();
  return row !== undefined;
}

export async function updateRule(
  tx: Tx,
  id: number,
  change: RuleSelectors & { readonly disabled: boolean },
): Promise<void> {
  await tx
    .updateTable('immutable_rule')
    .set({ ...change, update_time: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

export async function removeRule(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom('immutable_rule').where('id', '=', id).execute();
}
