import { sql } from 'kysely';
import { initialise } from '#src/auth/accounts.ts';
import type { LiveSettings } from '#src/config/live.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { MemoryDriver } from '#src/storage/memory.ts';
import { adminPassword } from './app.ts';
import { Stage } from './faults-interleave.ts';
import { ActorServer, openShared, type Shared } from './faults-interleave-server.ts';

/** A server process, and where it listens. */
export interface Process {
  readonly server: ActorServer;
  readonly url: string;
}

/** A registry of several processes on one database and one storage: an actor each, and one that is never stopped. */
export interface World {
  readonly stage: Stage;
  readonly processes: readonly Process[];
  readonly main: Process;
  readonly database: Database;
  readonly storage: MemoryDriver;
  readonly live: LiveSettings;
  /** Ids by name. */
  readonly projects: Readonly<Record<'one' | 'two', number>>;
  /** Of every table, those that are not computed. */
  readonly columns: Readonly<Record<string, string>>;
  /** Counts the scenes that were made. */
  scenes: number;
  close(): Promise<void>;
}

/** With `soleWriter` the first actor's process remembers what it has seen, and the others tell it what they change. */
export async function openWorld(actors: readonly string[], options: { soleWriter: boolean }): Promise<World> {
  const stage = await Stage.open(actors);
  const database = openDatabase(stage.url, { max: 3 });
  await initialise(database, { adminPassword });
  const projects = { one: await makeProject(database, 'one'), two: await makeProject(database, 'two') };
  await database.db.insertInto('configuration').values({ name: 'restore_hours', value: '0' }).execute();
  const storage = new MemoryDriver();
  const shared = await openShared(database, storage);
  await shared.live.reload();
  const main = await start(
    new ActorServer(shared, { database, gate: async () => undefined }, { soleWriter: false }),
  );
  const processes: Process[] = [];
  for (const [index, actor] of stage.actors.entries()) {
    const soleWriter = options.soleWriter && index === 0;
    processes.push(await start(new ActorServer(shared, actor, { soleWriter })));
  }
  return {
    stage,
    processes,
    main,
    database,
    storage,
    live: shared.live,
    projects,
    columns: await columnsOf(database),
    scenes: 0,
    close: () => close(stage, database, shared, [main, ...processes]),
  };
}

async function start(server: ActorServer): Promise<Process> {
  return { server, url: await server.listen() };
}

async function close(
  stage: Stage,
  database: Database,
  { directory }: Shared,
  processes: readonly Process[],
): Promise<void> {
  for (const { server } of processes) await server.close();
  await directory.close();
  await database.close();
  await stage.close();
}

async function makeProject(database: Database, name: string): Promise<number> {
  const { project_id } = await database.db
    .insertInto('project')
    .values({ name, owner_id: 1, metadata: JSON.stringify({ public: 'true' }) })
    .returning('project_id')
    .executeTakeFirstOrThrow();
  await database.db.insertInto('quota').values({ project_id, hard_storage: -1 }).execute();
  return project_id;
}

async function columnsOf({ db }: Database): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; columns: string }>`
    select table_name as name, string_agg(quote_ident(column_name), ',' order by ordinal_position) as columns
      from information_schema.columns where table_schema = 'public' and is_generated = 'NEVER' group by 1`.execute(
    db,
  );
  return Object.fromEntries(rows.map(({ name, columns }) => [name, columns]));
}
