import { CompiledQuery, Kysely, PostgresDialect, type PostgresPoolClient, type Transaction } from 'kysely';
import pg from 'pg';
import { named, type Prepared, PreparedNames } from './prepared.ts';
import { SharedConnections } from './shared-connections.ts';
import { endingWhenSilent } from './silence.ts';
import type { Tables } from './tables.ts';

export type Tx = Transaction<Tables>;
/** A handle that runs SQL: the pool outside a transaction, the transaction inside one. */
export type Db = Kysely<Tables> | Tx;

/** A statement of the hot path: prepared once per connection under its name. */
export interface Statement<Row> extends Plain<Row> {
  /** Both, as they pass through the query builder. */
  readonly named: string;
}

interface Plain<Row> {
  readonly name: string;
  readonly text: string;
  /** Only for the type checker. */
  readonly row?: Row;
}

export const statement = <Row>(name: string, text: string): Statement<Row> => ({
  name,
  text,
  named: named(name, text),
});

export interface Database {
  readonly db: Kysely<Tables>;
  /** Runs a prepared statement on a connection of its own, without the query builder in between. */
  query<Row>(statement: Plain<Row>, values: readonly unknown[]): Promise<Row[]>;
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
  const { rows } =
    db instanceof Connected
      ? await db.ask(statement.named, values)
      : await db.executeQuery(CompiledQuery.raw(statement.named, [...values]));
  return rows as Row[];
}

type Ask = (text: string, values: readonly unknown[]) => Promise<pg.QueryResult>;

/**
 * The query builder outside a transaction. What is text already is asked without it: its way to a connection takes 20 us
 * a statement, a tenth of what the server does for a page.
 */
class Connected extends Kysely<Tables> {
  readonly ask: Ask;

  constructor(dialect: PostgresDialect, ask: Ask) {
    super({ dialect });
    this.ask = ask;
  }
}

interface DatabaseOptions {
  readonly max: number;
  readonly applicationName?: string;
  /** Milliseconds without an answer after which the server is asked whether it still works on it. */
  readonly silence?: number;
}

/** Longer than a statement may take. */
const silence = 35_000;

const deadlines =
  '-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000';

/**
 * Opens the connections: of `max`, two thirds for prepared statements of the hot path, an eighth on which reading
 * requests stand together, the rest for everything else. Deadlines: 5 s for a connection, 30 s for a statement, 60 s
 * for an idle transaction, and 35 s for a silent server (endingWhenSilent), so that no request waits for ever.
 *
 * Prepared statements are planned once: PostgreSQL believes that a list of keys is longer than it is and plans
 * anew for each, 0.40 ms of CPU for a look-up that takes 0.05. Plans made while the tables of a new installation
 * are empty would scan them whole until statistics arrive a minute later (10 ms a small image instead of 3.5), so
 * these connections never scan. On the others PostgreSQL decides for each statement whether to plan it for its
 * values, and only what comes often is prepared (PreparedNames).
 */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const sent = { count: 0 };
  const place = { url, name: options.applicationName ?? 'moorage' };
  const Client = endingWhenSilent(counting(sent), configuration(place), options.silence ?? silence);
  const hotMax = Math.max(1, Math.round((options.max * 2) / 3));
  const sharedMax = Math.floor(options.max / 8);
  const hot = openPool(hotMax, configuration(place, hotPlans), Client);
  const pool = openPool(Math.max(1, options.max - hotMax - sharedMax), configuration(place), Client);
  const shared = new SharedConnections(
    () => new Client({ ...configuration(place), pipeline: true }),
    sharedMax,
  );
  const names = new PreparedNames();
  const handle = () => new Handle(pool, shared, names);
  const handles = {
    options: pool.options,
    // Its type has cursors, too, which are not used here.
    connect: async () => handle() as unknown as PostgresPoolClient,
    // The query builder ends only what it has used itself: `close` does it for all.
    end: () => Promise.resolve(),
  };
  const db = new Connected(new PostgresDialect({ pool: handles }), async (text, values) => {
    const own = handle();
    try {
      return await own.query(text, values);
    } finally {
      own.release();
    }
  });
  return {
    db,
    sent,
    url,
    async query<Row>(statement: Plain<Row>, values: readonly unknown[]) {
      const result = await hot.query({
        name: statement.name,
        text: statement.text,
        values: values as unknown[],
      });
      return result.rows as Row[];
    },
    async close() {
      await db.destroy();
      await Promise.all([hot.ended || hot.end(), pool.ended || pool.end(), shared.end()]);
    },
  };
}

const hotPlans = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off';

function configuration({ url, name }: { url: string; name: string }, extra = ''): pg.ClientConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(20, Number);
  return {
    connectionString: url,
    types,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    options: `${deadlines} ${extra}`,
  };
}

function openPool(max: number, config: pg.ClientConfig, Client: typeof pg.Client): pg.Pool {
  const pool = new pg.Pool({ ...config, max, idleTimeoutMillis: 30_000, Client });
  // An idle connection that breaks is only news: the next query opens a new one and reports what it meets.
  pool.on('error', () => undefined);
  // One that breaks between two statements of a transaction tells nobody else: without a listener the process ends.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function counting(sent: { count: number }): typeof pg.Client {
  const query = pg.Client.prototype.query as unknown as (this: pg.Client, ...args: unknown[]) => unknown;
  return class extends pg.Client {
    // The parent's overloads cannot be restated; arguments pass through unchanged.
    override query(...args: unknown[]): never {
      sent.count += 1;
      return query.apply(this, args) as never;
    }
  };
}

/**
 * What the query builder takes for a connection. It takes one of its own when the first statement cannot be asked on a
 * shared one, as `begin` never can, and keeps it until it is released.
 */
class Handle {
  readonly #pool: pg.Pool;
  readonly #shared: SharedConnections;
  readonly #names: PreparedNames;
  #own: Promise<pg.PoolClient> | undefined;

  constructor(pool: pg.Pool, shared: SharedConnections, names: PreparedNames) {
    this.#pool = pool;
    this.#shared = shared;
    this.#names = names;
  }

  async query(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    const prepared = this.#names.of(text);
    if (prepared === undefined) return (await this.#owned()).query(text, values as unknown[]);
    try {
      if (this.#own === undefined && prepared.shares) {
        const answer = this.#shared.query(prepared, values);
        if (answer !== undefined) return await answer;
      }
      return await ask(await this.#owned(), prepared, values);
    } catch (error) {
      if (isStalePlan(error)) this.#names.forget(text);
      throw error;
    }
  }

  release(destroy?: boolean): void {
    // One that was not to be had has told so already.
    void this.#own?.then(
      (client) => client.release(destroy),
      () => undefined,
    );
    this.#own = undefined;
  }

  #owned(): Promise<pg.PoolClient> {
    this.#own ??= this.#pool.connect();
    return this.#own;
  }
}

async function ask(client: pg.PoolClient, prepared: Prepared, values: readonly unknown[]) {
  const began = performance.now();
  const answer = await client.query({
    name: prepared.name,
    text: prepared.text,
    values: values as unknown[],
  });
  prepared.ran(performance.now() - began);
  return answer;
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
