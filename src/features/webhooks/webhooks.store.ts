import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

export interface PolicyRow {
  readonly id: number;
  readonly project_id: number;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly event_types: readonly string[];
  readonly creator: string;
  readonly creation_time: Date;
  readonly update_time: Date;
}

export interface TargetRow {
  readonly id: string;
  readonly policy_id: number;
  readonly type: 'http' | 'slack';
  readonly address: string;
  readonly payload_format: 'Default' | 'CloudEvents' | null;
  readonly skip_cert_verify: boolean;
  /** Sealed. */
  readonly auth_header: string | null;
  /** Sealed. */
  readonly secret: string | null;
}

const policyColumns = [
  'id',
  'project_id',
  'name',
  'description',
  'enabled',
  'event_types',
  'creator',
  'creation_time',
  'update_time',
] as const;

const targetColumns = [
  'webhook_target.id',
  'policy_id',
  'type',
  'address',
  'payload_format',
  'skip_cert_verify',
  'auth_header',
  'secret',
] as const;

const policyKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    name: { type: 'text' },
    description: { type: 'text' },
    enabled: { type: 'boolean' },
    creator: { type: 'text' },
    creation_time: { type: 'time' },
    update_time: { type: 'time' },
  },
  // Harbor keeps targets, with their credentials, in a column of the policy.
  refused: ['targets', 'auth_header', 'secret'],
  order: '-creation_time',
  tie: '-id',
};

export async function listPolicies(
  db: Db,
  projectId: number,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: PolicyRow[]; total: number }> {
  const listed = db
    .selectFrom('webhook_policy')
    .where('project_id', '=', projectId)
    .where(filterOf(clauses, policyKeys));
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed
    .select(policyColumns)
    .orderBy(orderOf(page, policyKeys))
    .modifyEnd(sliceOf(page))
    .execute();
  return { rows, total };
}

/** Through its project, so that nobody reaches another project's by its id (R1). */
export function findPolicy(db: Db, projectId: number, id: number): Promise<PolicyRow | undefined> {
  return db
    .selectFrom('webhook_policy')
    .select(policyColumns)
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
}

/** The same, kept from changing until the transaction ends. */
export function lockPolicy(tx: Tx, projectId: number, id: number): Promise<PolicyRow | undefined> {
  return tx
    .selectFrom('webhook_policy')
    .select(policyColumns)
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .forUpdate()
    .executeTakeFirst();
}

export function listTargets(db: Db, policyIds: readonly number[]): Promise<TargetRow[]> {
  if (policyIds.length === 0) return Promise.resolve([]);
  return db
    .selectFrom('webhook_target')
    .select(targetColumns)
    .where('policy_id', 'in', policyIds)
    .orderBy('policy_id')
    .orderBy('position')
    .execute();
}

export interface PolicyValues {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly event_types: string[];
}

/** Undefined when the name is taken in that project. A project deleted meanwhile fails on the foreign key. */
export function insertPolicy(
  tx: Tx,
  row: PolicyValues & { project_id: number; creator: string },
): Promise<{ id: number } | undefined> {
  return tx
    .insertInto('webhook_policy')
    .values(row)
    .onConflict((on) => on.columns(['project_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
}

/** A taken name fails on its unique index. */
export async function updatePolicy(tx: Tx, id: number, row: PolicyValues): Promise<void> {
  await tx
    .updateTable('webhook_policy')
    .set({ ...row, update_time: sql<Date>`now()` })
    .where('id', '=', id)
    .execute();
}

export async function removePolicy(tx: Tx, projectId: number, id: number): Promise<PolicyRow | undefined> {
  return tx
    .deleteFrom('webhook_policy')
    .where('id', '=', id)
    .where('project_id', '=', projectId)
    .returning(policyColumns)
    .executeTakeFirst();
}

/** These and no others, in this order. Known ones keep their id, and with it the deliveries that wait for them. */
export async function setTargets(
  tx: Tx,
  policyId: number,
  targets: readonly Omit<TargetRow, 'policy_id'>[],
): Promise<void> {
  const ids = targets.map(({ id }) => id);
  await tx
    .deleteFrom('webhook_target')
    .where('policy_id', '=', policyId)
    .where('id', 'not in', ids)
    .execute();
  await tx
    .insertInto('webhook_target')
    .values(targets.map((target, position) => ({ ...target, policy_id: policyId, position })))
    .onConflict((on) =>
      on.column('id').doUpdateSet((eb) => ({
        position: eb.ref('excluded.position'),
        type: eb.ref('excluded.type'),
        payload_format: eb.ref('excluded.payload_format'),
        skip_cert_verify: eb.ref('excluded.skip_cert_verify'),
        auth_header: eb.ref('excluded.auth_header'),
        secret: eb.ref('excluded.secret'),
        // Whoever changes something about it has reason to hope.
        failures: 0,
        failing_since: null,
        paused_until: null,
      })),
    )
    .execute();
}

/** When each kind of event was last told to each of these policies. */
export async function listLastTriggers(
  db: Db,
  policyIds: readonly number[],
): Promise<{ policy_id: number; event_type: string; time: Date }[]> {
  const { rows } = await sql<{ policy_id: number; event_type: string; time: Date }>`
    select vendor_id as policy_id, extra_attrs->>'event_type' as event_type, max(start_time) as time
      from execution where vendor_type in ('WEBHOOK', 'SLACK') and vendor_id = any(${[...policyIds]}::bigint[])
     group by 1, 2`.execute(db);
  return rows;
}
