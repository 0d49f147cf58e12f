import { createHook } from 'node:async_hooks';
import { hash } from 'node:crypto';
import { pino } from 'pino';
import type { Grant } from '#src/access/principal.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { initialise } from './accounts.ts';
import { Authenticator } from './authenticate.ts';
import { HandClock } from './clock.fixture.ts';
import { Directory } from './directory.ts';
import { foldName } from './names.ts';
import { hashGeneratedSecret, hashPassword, newRobotSecret } from './passwords.ts';
import { Sessions } from './sessions.ts';
import { loadSigningKey } from './signing-key.ts';
import type { TokenService } from './token-service.ts';
import { Tokens } from './tokens.ts';

export const adminPassword = 'Harbor12345';
export const password = 'Correct-horse-1';
export const secretKey = Buffer.alloc(32, 7);
export const silent = pino({ level: 'silent' });

/** One replica's part that knows who asks. */
export interface Replica extends TokenService {
  readonly database: Database;
  readonly clock: HandClock;
  close(): Promise<void>;
}

/** A database after its first start, and as many replicas on it as asked for. */
export async function openAuth(): Promise<{
  database: Database;
  replica: () => Promise<Replica>;
  close: () => Promise<void>;
}> {
  const created = await createTestDatabase();
  const database = openDatabase(created.url, { max: 4 });
  await initialise(database, { adminPassword });
  const open: Replica[] = [];
  return {
    database,
    replica: async () => {
      const replica = await openReplica(created.url);
      open.push(replica);
      return replica;
    },
    close: async () => {
      await Promise.all(open.map((replica) => replica.close()));
      await database.close();
      await created.drop();
    },
  };
}

async function openReplica(url: string): Promise<Replica> {
  const database = openDatabase(url, { max: 4 });
  const clock = new HandClock();
  const robotPrefix = () => 'robot$';
  const directory = new Directory(database, { robotPrefix, log: silent, clock });
  await directory.start();
  const tokens = new Tokens(await loadSigningKey(database, secretKey), { clock });
  const authenticator = new Authenticator({ database, directory, tokens, robotPrefix, log: silent, clock });
  return {
    database,
    clock,
    directory,
    tokens,
    authenticator,
    sessions: new Sessions({ database, directory, minutes: () => 60 }),
    tokenSeconds: () => 1800,
    close: async () => {
      await directory.close();
      await database.close();
    },
  };
}

/** Runs SQL that no program of ours runs. */
export const execute = <Row = never>(
  database: Database,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> => database.query<Row>({ name: `test_${hash('sha256', text)}`.slice(0, 60), text }, values);

export const basic = (name: string, secret: string): string =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;

export async function insertUser(
  { db }: Database,
  name: string,
  more: { email?: string; stored?: string; sysadmin?: boolean } = {},
): Promise<number> {
  const row = await db
    .insertInto('user_account')
    .values({
      username: name,
      username_folded: foldName(name),
      email: more.email ?? null,
      email_folded: more.email === undefined ? null : foldName(more.email),
      password_hash: more.stored ?? (await hashPassword(password)),
      sysadmin_flag: more.sysadmin ?? false,
    })
    .returning('user_id')
    .executeTakeFirstOrThrow();
  return row.user_id;
}

export async function insertProject({ db }: Database, name: string, isPublic = false): Promise<number> {
  const row = await db
    .insertInto('project')
    .values({ name, owner_id: 1, metadata: JSON.stringify({ public: String(isPublic) }) })
    .returning('project_id')
    .executeTakeFirstOrThrow();
  return row.project_id;
}

export async function addMember(
  { db }: Database,
  projectId: number,
  userId: number,
  role: number,
): Promise<void> {
  await db.insertInto('project_member').values({ project_id: projectId, user_id: userId, role }).execute();
}

export interface RobotOptions {
  readonly projectId?: number;
  readonly stored?: string;
  /** Seconds from now. */
  readonly lifetime?: number;
  readonly disabled?: boolean;
  readonly grants?: readonly Omit<Grant, 'effect'>[];
}

/** A robot with a generated secret, unless `stored` gives another. */
export async function insertRobot(
  { db }: Database,
  name: string,
  options: RobotOptions = {},
): Promise<{ id: number; secret: string }> {
  const secret = newRobotSecret();
  const { projectId, lifetime } = options;
  const { id } = await db
    .insertInto('robot')
    .values({
      name,
      level: projectId === undefined ? 'system' : 'project',
      project_id: projectId ?? null,
      secret_hash: options.stored ?? hashGeneratedSecret(secret),
      duration: -1,
      expires_at: lifetime === undefined ? -1 : Math.floor(Date.now() / 1000) + lifetime,
      disabled: options.disabled ?? false,
      creator_type: 'local',
      creator_ref: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const grants = (options.grants ?? []).map(({ kind, namespace, resource, action }) => ({
    robot_id: id,
    kind,
    namespace: String(namespace),
    project_id: typeof namespace === 'number' ? namespace : null,
    resource,
    action,
  }));
  if (grants.length > 0) await db.insertInto('robot_grant').values(grants).execute();
  return { id, secret };
}

/** How many slow hashes were begun while the work ran: what a login costs, whatever else the machine does. */
export async function countHashes(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'ARGON2REQUEST') count += 1;
    },
  });
  hook.enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return count;
}
