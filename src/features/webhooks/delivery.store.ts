import { sql } from 'kysely';
import type { TxContext } from '#src/context.ts';
import type { Db } from '#src/database/pool.ts';
import type { TargetRow } from './webhooks.store.ts';

export interface LiveTarget extends TargetRow {
  readonly failures: number;
  /** Of its policy. */
  readonly enabled: boolean;
}

/** The target as it is now; undefined when it is gone. */
export async function findTarget(db: Db, id: string): Promise<LiveTarget | undefined> {
  return db
    .selectFrom('webhook_target as t')
    .innerJoin('webhook_policy as p', 'p.id', 't.policy_id')
    .select([
      't.id',
      't.policy_id',
      't.type',
      't.address',
      't.payload_format',
      't.skip_cert_verify',
      't.auth_header',
      't.secret',
      't.failures',
      'p.enabled',
    ])
    .where('t.id', '=', id)
    .executeTakeFirst();
}

/** So many tries in a row fail before a target is left alone for a while. */
const patience = 5;

/** Seconds a pause may last. */
const longestPause = 600;

/** After a pause one delivery tries first, so that a dead target holds one place and not all of its own (s). */
const ahead = 10;

export const laneOf = (targetId: string): string => `target ${targetId}`;

/**
 * Counts a try that failed. Once too many did in a row, or when the target itself asks for it (`seconds`), everything
 * that waits for it waits longer: a dead target then holds no place that others could use, and its deliveries keep
 * their tries for when it is back.
 */
export async function noteFailure(ctx: TxContext, targetId: string, seconds = 0): Promise<void> {
  const { rows } = await sql<{ pause: number; given_up: boolean }>`
    update webhook_target t set failures = failures + 1, failing_since = coalesce(failing_since, now()),
           paused_until = case when p.pause > 0 then now() + make_interval(secs => p.pause) else paused_until end
      from (select id, greatest(${seconds}::float8, case when failures + 1 >= ${patience}
              then least(5 * 2 ^ least(failures + 1 - ${patience}, 20), ${longestPause}) else 0 end) as pause
              from webhook_target where id = ${targetId} for update) p
     where t.id = p.id
     returning p.pause, failing_since < now() - interval '1 day' as given_up`.execute(ctx.db);
  const [{ pause, given_up } = { pause: 0, given_up: false }] = rows;
  if (given_up) await giveUp(ctx, targetId);
  if (pause <= 0) return;
  await sql`
    with waiting as (
      select id, row_number() over (order by run_at, id) as place from task
       where job in ('WEBHOOK', 'SLACK') and lane = ${laneOf(targetId)} and status in ('Pending', 'Scheduled')
         and run_at < now() + make_interval(secs => ${pause + ahead}::float8)
    )
    update task t set status = 'Scheduled', update_time = now(),
           run_at = greatest(run_at, now() + make_interval(secs => case when w.place = 1 then ${pause}::float8 else ${pause + ahead}::float8 end))
      from waiting w where t.id = w.id and t.status in ('Pending', 'Scheduled')`.execute(ctx.db);
}

/** A target that has not answered for a day does not get what is older than that: the queue must not grow for ever. */
async function giveUp(ctx: TxContext, targetId: string): Promise<void> {
  const { rows } = await sql<{ execution_id: number }>`
    update task set status = 'Error', end_time = now(), update_time = now(),
           status_message = 'the target has not taken anything for a day'
     where id in (select id from task where job in ('WEBHOOK', 'SLACK') and lane = ${laneOf(targetId)}
                     and status in ('Pending', 'Scheduled') and creation_time < now() - interval '1 day'
                   order by id limit 1000 for update skip locked)
     returning execution_id`.execute(ctx.db);
  for (const id of [...new Set(rows.map((row) => row.execution_id))].sort((a, b) => a - b)) {
    await sql`select settle_execution(${id})`.execute(ctx.db);
  }
}

/** It answers again: what waited only because it did not may go at once. */
export async function noteSuccess(ctx: TxContext, targetId: string): Promise<void> {
  await sql`update webhook_target set failures = 0, failing_since = null, paused_until = null where id = ${targetId}`.execute(
    ctx.db,
  );
  await sql`
    update task set status = 'Pending', run_at = now()
     where job in ('WEBHOOK', 'SLACK') and lane = ${laneOf(targetId)} and status = 'Scheduled' and attempt = 0
       and run_at > now()`.execute(ctx.db);
}

export interface ListeningTarget extends TargetRow {
  /** Seconds that it is left alone yet. */
  readonly pause: number;
}

/** The targets of those of the policies that are there and switched on. */
export async function listListening(db: Db, policyIds: readonly number[]): Promise<ListeningTarget[]> {
  const { rows } = await sql<ListeningTarget>`
    select t.id, t.policy_id, t.type, t.address, t.payload_format, t.skip_cert_verify, t.auth_header, t.secret,
           greatest(coalesce(extract(epoch from t.paused_until - now()), 0), 0)::float8 as pause
      from webhook_target t join webhook_policy p on p.id = t.policy_id
     where p.id = any(${[...policyIds]}::int[]) and p.enabled
     order by t.policy_id, t.position for share of p`.execute(db);
  return rows;
}

export async function listProjects(
  db: Db,
  ids: readonly number[],
): Promise<{ project_id: number; name: string; public: boolean }[]> {
  return db
    .selectFrom('project')
    .select(['project_id', 'name', 'public'])
    .where('project_id', 'in', [...ids])
    .execute();
}

export async function listRepositoryTimes(
  db: Db,
  names: readonly string[],
): Promise<{ name: string; creation_time: Date }[]> {
  if (names.length === 0) return [];
  return db
    .selectFrom('repository')
    .select(['name', 'creation_time'])
    .where('name', 'in', [...names])
    .execute();
}
