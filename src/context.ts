import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Principal } from '#src/access/principal.ts';
import type { LiveSettings } from '#src/config/live.ts';
import type { Counts } from '#src/database/counts.ts';
import type { Db, Tx } from '#src/database/pool.ts';

/** Who is asking, with which database handle, until when. The first argument of every service. */
export interface Context {
  readonly db: Db;
  readonly who: Principal;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly clientAddress: string;
  /** What administrators change while the registry runs. */
  readonly live: LiveSettings;
  /** The totals of lists. */
  readonly counts: Counts;
  /** The run of background work in which this happens. */
  readonly executionId?: number;
  /** Told after a commit what this process must no longer believe about people, robots and projects. */
  readonly forget: (change: AccessChange) => void;
}

/** What steps that are wrong outside a transaction ask for: passing the pool is a compile error. */
export interface TxContext extends Context {
  readonly db: Tx;
  /** Filled by `announce`. */
  readonly announced: AccessChange[];
}

/**
 * `user:7`, `robot:3`, `project:library`, `repository:library/hello` (it is gone), `configuration` (a live setting),
 * or `everything`.
 */
export type AccessChange =
  | `user:${number}`
  | `robot:${number}`
  | `project:${string}`
  | `repository:${string}`
  | 'configuration'
  | 'everything';

/** The channel on which replicas tell each other what to forget. */
export const accessChannel = 'moorage_access';

/** A transaction that PostgreSQL ended because it waited in a circle with others is begun again this often. */
const deadlockTries = 3;

/**
 * Runs `work` in one transaction. The inner parameter deliberately has the outer one's name, so that no pool is
 * left to reach for. Nested calls join the outer transaction. `work` is run again after a deadlock, so all that it
 * changes is in the database.
 */
export async function inTransaction<T>(
  ctx: Context | TxContext,
  work: (ctx: TxContext) => Promise<T>,
): Promise<T> {
  if (isInTransaction(ctx)) return work(ctx);
  for (let attempt = 1; ; attempt++) {
    const announced: AccessChange[] = [];
    try {
      const result = await ctx.db.transaction().execute((tx) => work({ ...ctx, db: tx, announced }));
      for (const change of announced) ctx.forget(change);
      return result;
    } catch (error) {
      if ((error as { code?: unknown }).code !== '40P01' || attempt === deadlockTries) throw error;
    }
  }
}

function isInTransaction(ctx: Context | TxContext): ctx is TxContext {
  return ctx.db.isTransaction;
}

/** Says that rights or existence changed: this process forgets at commit, the others when they hear of it. */
export async function announce(ctx: TxContext, change: AccessChange): Promise<void> {
  ctx.announced.push(change);
  await sql`select pg_notify(${accessChannel}, ${change})`.execute(ctx.db);
}
