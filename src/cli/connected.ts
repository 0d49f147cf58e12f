import { theRegistry } from '#src/access/principal.ts';
import { LiveSettings } from '#src/config/live.ts';
import type { Context } from '#src/context.ts';
import { Counts } from '#src/database/counts.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { readShown } from '#src/features/configuration/index.ts';
import { withDatabase } from '#src/processes/with-database.ts';
import type { Call } from './command.ts';

export interface Connected {
  readonly ctx: Context;
  readonly database: Database;
  /** Ctrl-C; the command decides what that ends. */
  readonly interrupted: AbortSignal;
}

/** Calls `work` as the registry itself, on the installation's database. */
export function connected<T>({ settings, log }: Call, work: (at: Connected) => Promise<T>): Promise<T> {
  return withDatabase(settings, log, async (url) => {
    const database = openDatabase(url, { max: 6, applicationName: 'moorage command' });
    const stop = new AbortController();
    const interrupt = () => stop.abort(new Error('interrupted'));
    process.on('SIGINT', interrupt);
    try {
      const live = new LiveSettings(() => readShown(database.db));
      await live.reload();
      const ctx: Context = {
        db: database.db,
        who: theRegistry,
        log,
        signal: new AbortController().signal,
        requestId: 'command line',
        clientAddress: '',
        live,
        counts: new Counts(),
        forget: () => undefined,
      };
      return await work({ ctx, database, interrupted: stop.signal });
    } finally {
      process.off('SIGINT', interrupt);
      await database.close();
    }
  });
}
