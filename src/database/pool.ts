import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { PreparedNames } from './prepared.ts';
import type { Tables } from './tables.ts';

export type Tx = Transaction<Tables>;
/** A handle that runs SQL: the pool outside a transaction, the transaction inside one. */
export type Db = Kysely<Tables> | Tx;

/** A statement of the hot path: prepared once per connection under its name. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Only for the type checker. */
  readonly row?: Row;
}

export const statement = <Row>(name: string, text: string): Statement<Row> => ({ name, text });

export interface Database {
  readonly db: Kysely<Tables>;
  /** Runs a prepared statement on a connection of its own, without the query builder in between. */
  query<Row>(statement: Statement<Row>, values: readonly unknown[]): Promise<Row[]>;
  /** How many statements this process has sent; tests hold the budgets of house.md section 4 with it. */
  readonly sent: { count: number };
  readonly url: string;
  close(): Promise<void>;
}

/** Runs a prepared statement on whatever handle is given, inside its transaction if it is one. */
export async function run<Row>(
  db: Db,
  statement: Statement<Row>,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await db.executeQuery<Row>(
    CompiledQuery.raw(nameMark + statement.name + nameEnd + statement.text, [...values]),
  );
  return result.rows;
}

// The query builder has no place for a prepared statement's name, so `run` carries it in front of the text.
const nameMark = '\u0000';
const nameEnd = '\u0001';

const deadlines =
  '-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000';

/**
 * Opens the connections: of `max`, two thirds for prepared statements of the hot path, the rest for everything
 * else. Deadlines: 5 s for a connection, 30 s for a statement, 60 s for an idle transaction, so that no request
 * waits for ever on a database that does not answer.
 *
 * Prepared statements are planned once: PostgreSQL believes that a list of keys is longer than it is and plans
 * anew for each, 0.40 ms of CPU for a look-up that takes 0.05. Plans made while the tables of a new installation
 * are empty would scan them whole until statistics arrive a minute later (10 ms a small image instead of 3.5), so
 * these connections never scan. On the others PostgreSQL decides for each statement whether to plan it for its
 * values, and only what comes often is prepared (PreparedNames).
 */
export function openDatabase(url: string, options: { max: number; applicationName?: string }): Database {
  const sent = { count: 0 };
  const shared = { url, sent, name: options.applicationName ?? 'moorage' };
  const hotMax = Math.max(1, Math.round((options.max * 2) / 3));
  const hot = openPool(shared, hotMax, '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off');
  const pool = openPool(shared, Math.max(1, options.max - hotMax), '', new PreparedNames());
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    sent,
    url,
    async query<Row>(statement: Statement<Row>, values: readonly unknown[]) {
      const result = await hot.query({
        name: statement.name,
        text: statement.text,
        values: values as unknown[],
      });
      return result.rows as Row[];
    },
    async close() {
      await Promise.all([hot.ended ? undefined : hot.end(), db.destroy()]);
    },
  };
}

function openPool(
  { url, sent, name }: { url: string; sent: { count: number }; name: string },
  max: number,
  extra: string,
  names?: PreparedNames,
): pg.Pool {
  const types = new pg.TypeOverrides();
  types.setTypeParser(20, Number);
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    options: `${deadlines} ${extra}`,
    Client: preparing(sent, names),
  });
  // An idle connection that breaks is only news: the next query opens a new one and reports what it meets.
  pool.on('error', () => undefined);
  // One that breaks between two statements of a transaction tells nobody else: without a listener the process ends.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function preparing(sent: { count: number }, names: PreparedNames | undefined): typeof pg.Client {
  const query = pg.Client.prototype.query as unknown as (this: pg.Client, ...args: unknown[]) => unknown;
  return class extends pg.Client {
    // The parent's overloads cannot be restated; arguments pass through unchanged but for the name.
    override query(...args: unknown[]): never {
      sent.count += 1;
      const text = args[0];
      if (typeof text === 'string' && text.startsWith(nameMark)) {
        const end = text.indexOf(nameEnd);
        args[0] = { name: text.slice(1, end), text: text.slice(end + 1), values: args[1] };
        args.splice(1, 1);
        return query.apply(this, args) as never;
      }
      const name = typeof text === 'string' && Array.isArray(args[1]) ? names?.nameOf(text) : undefined;
      if (name === undefined) return query.apply(this, args) as never;
      const answer = query.call(this, { name, text, values: args[1] }) as Promise<unknown>;
      return answer.catch((error: unknown) => {
        if (isStalePlan(error)) names?.forget(text as string);
        throw error;
      }) as never;
    }
  };
}

/** A replica of another version has changed a table meanwhile: prepared again, the statement works. */
function isStalePlan(error: unknown): boolean {
  return error instanceof Error && /cached plan must not change result type/.test(error.message);
}

/** True for faults of the database itself (down, restarting, full, too slow), which clients see as 503. */
export function isDatabaseFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isStalePlan(error)) return true;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') {
    if (/^(08|40|53|57P|58)/.test(code) || code === '57014' || code === '55P03' || code === '25006')
      return true;
    if (/^E(CONN|PIPE|NOENT|HOST|TIMEDOUT|NETUNREACH)/.test(code) && error.stack?.includes('pg')) return true;
  }
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|connection error and is not queryable|Cannot use a pool after/.test(
    error.message,
  );
}
