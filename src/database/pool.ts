import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
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

/**
 * Opens a pool. Deadlines: 5 s for a connection, 30 s for a statement, 60 s for an idle transaction, so that no
 * request waits for ever on a database that does not answer.
 */
export function openDatabase(url: string, options: { max: number; applicationName?: string }): Database {
  const sent = { count: 0 };
  const types = new pg.TypeOverrides();
  types.setTypeParser(20, Number);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    types,
    application_name: options.applicationName ?? 'moorage',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    options: '-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000',
    Client: preparing(sent),
  });
  // An idle connection that breaks is only news: the next query opens a new one and reports what it meets.
  pool.on('error', () => undefined);
  // One that breaks between two statements of a transaction has no listener of the pool's: the next statement
  // reports it, but without a listener the event itself would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    sent,
    url,
    async query<Row>(statement: Statement<Row>, values: readonly unknown[]) {
      const result = await pool.query({
        name: statement.name,
        text: statement.text,
        values: values as unknown[],
      });
      return result.rows as Row[];
    },
    close: () => db.destroy(),
  };
}

function preparing(sent: { count: number }): typeof pg.Client {
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
      }
      return query.apply(this, args) as never;
    }
  };
}

/** True for faults of the database itself (down, restarting, full, too slow), which clients see as 503. */
export function isDatabaseFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
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
