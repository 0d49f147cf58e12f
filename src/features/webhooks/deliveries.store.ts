import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

export interface DeliveryRow {
  readonly id: number;
  readonly vendor_type: string;
  readonly vendor_id: number;
  readonly status: string;
  readonly status_message: string;
  readonly trigger: string;
  readonly extra_attrs: Record<string, unknown>;
  readonly start_time: Date;
  readonly update_time: Date;
  readonly end_time: Date | null;
  /** How many of its tasks are in which status. */
  readonly tasks: Readonly<Record<string, number>>;
}

export interface TaskRow {
  readonly id: number;
  readonly execution_id: number;
  readonly status: string;
  readonly status_message: string;
  readonly attempt: number;
  readonly extra_attrs: Record<string, unknown>;
  readonly creation_time: Date;
  readonly update_time: Date;
  readonly start_time: Date | null;
  readonly end_time: Date | null;
}

const executionKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    vendor_type: { type: 'text' },
    status: { type: 'text' },
    trigger: { type: 'text' },
    start_time: { type: 'time' },
    creation_time: { type: 'time', sql: sql.ref('start_time') },
    update_time: { type: 'time' },
    end_time: { type: 'time' },
  },
  refused: ['extra_attrs'],
  order: '-id',
  tie: '-id',
};

const taskKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    status: { type: 'text' },
    creation_time: { type: 'time' },
    start_time: { type: 'time' },
    update_time: { type: 'time' },
    end_time: { type: 'time' },
  },
  refused: ['extra_attrs', 'payload'],
  order: '-id',
  tie: '-id',
};

const vendorTypes = ['WEBHOOK', 'SLACK'] as const;

export async function listDeliveries(
  db: Db,
  policyId: number,
  { clauses, statuses }: { clauses: Clauses; statuses: readonly string[] | undefined },
  page: Page,
): Promise<{ rows: DeliveryRow[]; total: number }> {
  const listed = db
    .selectFrom('execution')
    .where('vendor_type', 'in', vendorTypes)
    .where('vendor_id', '=', policyId)
    .where(filterOf(clauses, executionKeys))
    .where(
      statuses === undefined ? sql<boolean>`true` : sql<boolean>`status = any(${[...statuses]}::text[])`,
    );
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed
    .selectAll()
    .select(
      sql<Record<string, number>>`(select coalesce(jsonb_object_agg(s.status, s.n), '{}')
        from (select t.status, count(*) as n from task t where t.execution_id = execution.id group by t.status) s)`.as(
        'tasks',
      ),
    )
    .orderBy(orderOf(page, executionKeys))
    .modifyEnd(sliceOf(page))
    .execute();
  return { rows, total };
}

/** Through the policy (S-020). */
export async function isDeliveryOf(db: Db, policyId: number, executionId: number): Promise<boolean> {
  const row = await db
    .selectFrom('execution')
    .select('id')
    .where('id', '=', executionId)
    .where('vendor_type', 'in', vendorTypes)
    .where('vendor_id', '=', policyId)
    .executeTakeFirst();
  return row !== undefined;
}

const taskColumns = [
  'id',
  'execution_id',
  'status',
  'status_message',
  'attempt',
  'extra_attrs',
  'creation_time',
  'update_time',
  'start_time',
  'end_time',
] as const;

export async function listTasks(
  db: Db,
  executionId: number,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: TaskRow[]; total: number }> {
  const listed = db
    .selectFrom('task')
    .where('execution_id', '=', executionId)
    .where(filterOf(clauses, taskKeys));
  const { total } = await listed.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  const rows = await listed
    .select(taskColumns)
    .orderBy(orderOf(page, taskKeys))
    .modifyEnd(sliceOf(page))
    .execute();
  return { rows, total };
}

export interface TaskDetail extends TaskRow {
  readonly job: string;
  readonly payload: unknown;
}

/** With what it carries. */
export function findTask(db: Db, executionId: number, taskId: number): Promise<TaskDetail | undefined> {
  return db
    .selectFrom('task')
    .select([...taskColumns, 'job', 'payload'])
    .where('id', '=', taskId)
    .where('execution_id', '=', executionId)
    .executeTakeFirst();
}

/** What its execution says of the event; kept from being swept until the transaction ends. */
export async function holdDelivery(
  tx: Tx,
  executionId: number,
): Promise<Pick<DeliveryRow, 'vendor_type' | 'extra_attrs'> | undefined> {
  return tx
    .selectFrom('execution')
    .select(['vendor_type', 'extra_attrs'])
    .where('id', '=', executionId)
    .forKeyShare()
    .executeTakeFirst();
}

export async function isTaskOf(db: Db, executionId: number, taskId: number): Promise<boolean> {
  const row = await db
    .selectFrom('task')
    .select('id')
    .where('id', '=', taskId)
    .where('execution_id', '=', executionId)
    .executeTakeFirst();
  return row !== undefined;
}
