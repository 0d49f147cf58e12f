import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db, Tx } from '#src/database/pool.ts';

/** The entries that a run may take. */
export interface Which {
  /** Those before this moment, as PostgreSQL writes it: a Date would lose its microseconds. */
  readonly before: string;
  readonly types: readonly string[];
  /** Those after this place wait to be forwarded; nothing waits when it is not there (G-72). */
  readonly forwarded:
    | { readonly transaction_id: string; readonly id: number; readonly since: string }
    | undefined;
}

/** A row of the log, in the order of its time. */
export interface Position {
  readonly op_time: string;
  readonly id: number;
}

/** Harbor: artifacts by operation, all else as `other`. */
const named = ['create_artifact', 'delete_artifact', 'pull_artifact'] as const;

export const isEverything = ({ types }: Which): boolean =>
  [...named, 'other'].every((type) => types.includes(type));

export async function whichRows(
  db: Db,
  { hours, types, executionId }: { hours: number; types: readonly string[]; executionId: number },
): Promise<Which> {
  // The entry that tells of this run's start was written with the execution: it stays, whatever the hours.
  const { rows } = await sql<{ before: string }>`
    select least(now() - make_interval(hours => ${hours}), start_time)::text as before from execution where id = ${executionId}`.execute(
    db,
  );
  const place = await sql<NonNullable<Which['forwarded']>>`
    select transaction_id::text, id, since::text from audit_forward`.execute(db);
  return { before: rows[0]?.before ?? '-infinity', types, forwarded: place.rows[0] };
}

/** The tables of months that are over before the limit, oldest first. */
export async function listMonths(db: Db, { before }: Which): Promise<string[]> {
  const { rows } = await sql<{ name: string; ends: Date; before: Date }>`
    select c.relname as name, ${before}::timestamptz as before
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'audit_log'::regclass and c.relname ~ '^audit_log_\\d{4}_\\d{2}$' order by c.relname`.execute(
    db,
  );
  return rows.filter((row) => endOf(row.name) <= row.before.getTime()).map(({ name }) => name);
}

/** When the month of a table ends, in UTC. */
function endOf(table: string): number {
  const [year = '', month = ''] = table.slice('audit_log_'.length).split('_');
  return Date.UTC(Number(year), Number(month), 1);
}

/** Counting stops nobody (1,000,000 rows in half a second); what takes longer is estimated from the table's size. */
const countMilliseconds = 5_000;

/** How many entries a month's table has, and whether that is exact. */
export async function countMonth(db: Db, table: string): Promise<{ total: number; exact: boolean }> {
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`select set_config('statement_timeout', ${String(countMilliseconds)}, true)`.execute(tx);
      const { rows } = await sql<{
        total: number;
      }>`select count(*) as total from ${sql.table(table)}`.execute(tx);
      return { total: rows[0]?.total ?? 0, exact: true };
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== '57014') throw error;
    const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
      explain (format json) select from ${sql.table(table)}`.execute(db);
    return { total: rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0, exact: false };
  }
}

/**
 * Takes the table of a month away, however much is in it. Everybody who reads or writes the log waits for the moment;
 * a lock that is not had soon is given up, since those who come meanwhile wait behind it.
 */
export async function dropMonth(
  tx: Tx,
  { forwarded }: Which,
  table: string,
  lockMilliseconds: number,
): Promise<'dropped' | 'stays'> {
  await sql`select set_config('lock_timeout', ${String(lockMilliseconds)}, true)`.execute(tx);
  if (forwarded) {
    const { rows } = await sql`select from ${sql.table(table)} where ${waits(forwarded)} limit 1`.execute(tx);
    if (rows.length > 0) return 'stays';
  }
  await sql`drop table if exists ${sql.table(table)}`.execute(tx);
  return 'dropped';
}

export function isLockTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '55P03';
}

/** The last row of the next `size` before the limit; undefined when there are fewer. */
export async function findEnd(
  db: Db,
  { before }: Which,
  from: Position | undefined,
  size: number,
): Promise<Position | undefined> {
  const { rows } = await sql<Position>`
    select op_time::text, id from audit_log where op_time < ${before}::timestamptz and ${after(from)}
     order by op_time, id offset ${size - 1} limit 1`.execute(db);
  return rows[0];
}

export async function deleteRows(
  tx: Tx,
  which: Which,
  from: Position | undefined,
  to: Position | undefined,
): Promise<number> {
  const done = await sql`delete from audit_log where ${between(which, from, to)}`.execute(tx);
  return Number(done.numAffectedRows ?? 0n);
}

export async function countRows(
  db: Db,
  which: Which,
  from: Position | undefined,
  to: Position | undefined,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*) as total from audit_log where ${between(which, from, to)}`.execute(db);
  return rows[0]?.total ?? 0;
}

function between(which: Which, from: Position | undefined, to: Position | undefined): RawBuilder<SqlBool> {
  const end =
    to === undefined
      ? sql<SqlBool>`true`
      : sql<SqlBool>`
    op_time <= ${to.op_time}::timestamptz and (op_time, id) <= (${to.op_time}::timestamptz, ${to.id}::bigint)`;
  const stays = which.forwarded ? sql<SqlBool>`not (${waits(which.forwarded)})` : sql<SqlBool>`true`;
  return sql<SqlBool>`op_time < ${which.before}::timestamptz and ${after(from)} and ${end} and ${wanted(which)} and ${stays}`;
}

// The first clause says nothing new, but lets PostgreSQL leave out the tables of other months.
function after(from: Position | undefined): RawBuilder<SqlBool> {
  return from === undefined
    ? sql<SqlBool>`true`
    : sql<SqlBool>`op_time >= ${from.op_time}::timestamptz and (op_time, id) > (${from.op_time}::timestamptz, ${from.id}::bigint)`;
}

function wanted(which: Which): RawBuilder<SqlBool> {
  if (isEverything(which)) return sql<SqlBool>`true`;
  const event = sql`operation || '_' || resource_type`;
  const listed = sql<SqlBool>`${event} = any(${[...which.types]}::text[])`;
  return which.types.includes('other')
    ? sql<SqlBool>`(${listed} or ${event} <> all(${[...named]}::text[]))`
    : listed;
}

function waits(place: NonNullable<Which['forwarded']>): RawBuilder<SqlBool> {
  return sql<SqlBool>`(transaction_id, id) > (${place.transaction_id}::xid8, ${place.id}::bigint)
    and op_time >= ${place.since}::timestamptz`;
}
