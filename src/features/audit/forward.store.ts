import { sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';
import type { ForwardedRow } from './syslog.ts';

/** A place in the log in the order in which its rows became visible. */
export interface Place {
  /** An xid8, as text. */
  readonly transaction_id: string;
  readonly id: number;
}

export interface Claimed extends Place {
  readonly since: string;
  /** The database was moved to a server whose transactions count from less than the place says. */
  readonly moved: boolean;
}

export interface Batch {
  readonly rows: readonly (ForwardedRow & Place)[];
  /** Where to go on after these rows. */
  readonly next: Place;
}

/** Where to go on, if nobody else is at it. The first claim begins at the present. */
export async function claim(db: Db, worker: string, leaseSeconds: number): Promise<Claimed | undefined> {
  const { rows } = await sql<Claimed>`
    insert into audit_forward as f (transaction_id, id, worker, leased_until)
      values (pg_snapshot_xmin(pg_current_snapshot()), 0, ${worker}, now() + make_interval(secs => ${leaseSeconds}))
      on conflict (one) do update set worker = excluded.worker, leased_until = excluded.leased_until
        where f.worker = excluded.worker or f.leased_until < now()
      returning transaction_id::text, id, since::text,
                transaction_id > pg_snapshot_xmax(pg_current_snapshot()) as moved`.execute(db);
  return rows[0];
}

/** Forwarding begins with the transaction that switches it on, not with the first round after it. */
export async function beginForwarding(tx: Tx): Promise<void> {
  await sql`
    insert into audit_forward (transaction_id, id, worker, leased_until)
      values (pg_snapshot_xmin(pg_current_snapshot()), 0, gen_random_uuid(), '-infinity')
      on conflict do nothing`.execute(tx);
}

/** Lets another worker go on at once. */
export async function release(db: Db, worker: string): Promise<void> {
  await sql`update audit_forward set leased_until = '-infinity' where worker = ${worker}`.execute(db);
}

/**
 * Forgets the place: forwarding was switched off, and will begin anew. The database has the last word: who asks may not
 * know yet that it was switched on.
 */
export async function forgetPlace(db: Db): Promise<void> {
  await sql`
    delete from audit_forward where not exists
      (select from configuration where name = 'audit_log_forward_endpoint' and value::text !~ '^"\\s*"$')`.execute(
    db,
  );
}

/**
 * Rows after a place. Only of transactions below the oldest that still runs: those are settled, so no row can ever
 * turn up before one that was read. A transaction that stays open holds the rows after it back, for as long as it runs.
 */
export async function readBatch(db: Db, from: Place, since: string, size: number): Promise<Batch> {
  const { rows } = await sql<{ horizon: string } & Partial<ForwardedRow & Place>>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, a.*
      from (values (1)) as always(one) left join lateral (
        select transaction_id::text, id, op_time, username, operation, resource_type, resource, project_id,
               operation_result, client_address, detail
          from audit_log l
         where (l.transaction_id, l.id) > (${from.transaction_id}::xid8, ${from.id}::bigint)
           and l.transaction_id < pg_snapshot_xmin(pg_current_snapshot()) and l.op_time >= ${since}::timestamptz
         order by l.transaction_id, l.id limit ${size}
      ) a on true`.execute(db);
  const found = rows.filter((row): row is typeof row & ForwardedRow & Place => row.id !== null);
  const last = found.at(-1);
  const horizon = rows[0]?.horizon ?? from.transaction_id;
  // Everything below the horizon was seen: what `since` leaves out need not be walked through again.
  const next = last && found.length >= size ? last : { transaction_id: horizon, id: 0 };
  return { rows: found, next: { transaction_id: next.transaction_id, id: next.id } };
}

/** Notes that all rows up to `to` have arrived, and removes them if they are not kept. False when the lease was lost. */
export function advance(
  db: Db,
  worker: string,
  { from, to, opTime, since, keep }: { from: Place; to: Place; opTime: Date; since: string; keep: boolean },
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { numAffectedRows } = await sql`
      update audit_forward set transaction_id = ${to.transaction_id}::xid8, id = ${to.id}, op_time = ${opTime}
       where worker = ${worker}`.execute(tx);
    if (numAffectedRows !== 1n) return false;
    if (!keep) {
      await sql`
        delete from audit_log
         where (transaction_id, id) > (${from.transaction_id}::xid8, ${from.id}::bigint)
           and (transaction_id, id) <= (${to.transaction_id}::xid8, ${to.id}::bigint)
           and op_time >= ${since}::timestamptz`.execute(tx);
    }
    return true;
  });
}

/**
 * After a dump and a restore, transactions count from anew, and the place means nothing. What is younger than an
 * hour before the last row that arrived gets numbers of this server, so some of it is sent twice and nothing is lost.
 */
export function beginAnew(db: Db): Promise<void> {
  return db.transaction().execute(async (tx) => {
    await sql`
      update audit_forward set since = op_time - interval '1 hour', id = 0,
             transaction_id = pg_snapshot_xmin(pg_current_snapshot())`.execute(tx);
    await sql`
      update audit_log set transaction_id = pg_current_xact_id()
       where op_time >= (select since from audit_forward)`.execute(tx);
  });
}
