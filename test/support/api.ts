import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { nobody } from '#src/access/principal.ts';
import { initialise } from '#src/auth/accounts.ts';
import { Authenticator } from '#src/auth/authenticate.ts';
import { Directory } from '#src/auth/directory.ts';
import { foldName } from '#src/auth/names.ts';
import { hashPassword } from '#src/auth/passwords.ts';
import { identifyCaller, Sessions } from '#src/auth/sessions.ts';
import { loadSigningKey } from '#src/auth/signing-key.ts';
import { Tokens } from '#src/auth/tokens.ts';
import type { AccessChange } from '#src/context.ts';
import { Counts } from '#src/database/counts.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { LiveSettings } from '#src/config/live.ts';
import { Refusals } from '#src/features/audit/index.ts';
import { readConfiguration } from '#src/features/configuration/index.ts';
import { createRoutes } from '#src/features/index.ts';
import type { ContentParts } from '#src/features/repositories/index.ts';
import { recordingFailedLogins } from '#src/features/sessions/index.ts';
import { createApi } from '#src/http/server.ts';
import { Outgoing } from '#src/outgoing/outgoing.ts';
import { parseAllowed } from '#src/outgoing/rules.ts';
import { MemoryDriver } from '#src/storage/memory.ts';
import { createTestDatabase } from './database.ts';

/** Every account has it. */
export const password = 'Harbor-12345';

/** `team` is a private project with a member of every role; the rest have nothing to do with it. */
export const callers = [
  'anonymous',
  'admin',
  'projectAdmin',
  'maintainer',
  'developer',
  'guest',
  'limitedGuest',
  'stranger',
] as const;
export type Caller = (typeof callers)[number];

const roleIds = { projectAdmin: 1, maintainer: 4, developer: 2, guest: 3, limitedGuest: 5 } as const;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed when it is JSON, else the text. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every shape
  readonly body: any;
}

type Headers = Record<string, string>;

/** One caller. Paths are below /api/v2.0, unless they begin with /api/. */
export interface Client {
  get(path: string, headers?: Headers): Promise<Reply>;
  head(path: string, headers?: Headers): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  put(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  patch(path: string, body?: unknown, headers?: Headers): Promise<Reply>;
  delete(path: string, headers?: Headers): Promise<Reply>;
}

export interface TestApi {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly directory: Directory;
  readonly tokens: Tokens;
  /** A caller of the fixture, or anybody by name and password (robots: their full name and secret). */
  as(name: Caller): Client;
  as(name: string, password: string): Client;
  /** Ids of the fixture: users by name, projects by name. */
  readonly users: Readonly<Record<string, number>>;
  readonly projects: Readonly<Record<string, number>>;
  /** A project with nobody in it but its owner `admin`; returns its id. */
  createProject(name: string, metadata?: Record<string, string>): Promise<number>;
  /** A user without any membership; returns its id. */
  createUser(name: string): Promise<number>;
  addMember(project: number, user: number, role: number): Promise<number>;
  /** Stores settings as an administrator would have, and has them in force at once. */
  configure(values: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

/** Nothing is remembered here, so nothing has to be forgotten. */
const uncached: ContentParts['content'] = {
  changing: (_repository, write) => write(),
  tagging: (_repository, write) => write(),
};

/** Nothing of the machine's name service: `….inside.test` is in a private network, every other name does not resolve. */
const resolveForTests = async (name: string): Promise<readonly string[]> => {
  if (name.endsWith('.inside.test')) return ['10.1.2.3'];
  throw new Error(`no such name: ${name}`);
};

/** The API on a database of its own, with `library` (public), `team` (private) and `foreign` (private, stranger's). */
export async function createTestApi(): Promise<TestApi> {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase(url, { max: 12 });
  const log = pino({ level: 'silent' });
  await initialise(database, { adminPassword: password });
  const secretKey = new Uint8Array(32).fill(7);
  const live = new LiveSettings(() => readConfiguration(database.db, secretKey));
  const robotPrefix = () => live.get('robot_name_prefix');
  const directory = new Directory(database, { robotPrefix, log });
  await directory.start();
  const tokens = new Tokens(await loadSigningKey(database, secretKey));
  const counts = new Counts();
  const forget = (change: AccessChange) => directory.forget(change);
  const { db } = database;
  const { signal } = new AbortController();
  const context = { db, who: nobody, log, signal, requestId: 'login', live, counts, forget };
  const refused = recordingFailedLogins(context);
  const authenticator = new Authenticator({ database, directory, tokens, robotPrefix, log, refused });
  const sessions = new Sessions({ database, directory, minutes: () => live.get('session_timeout') });
  const refusals = new Refusals();
  const app = createApi({
    refused: (ctx, attempt, error) => refusals.record(ctx, attempt, error),
    db: database.db,
    log,
    routes: createRoutes({
      version: '0.0.0-test',
      externalUrl: 'https://registry.example.test',
      secure: false,
      storage: new MemoryDriver(),
      authority: async () => undefined,
      secretKey,
      settingsLocked: false,
      content: uncached,
      findPrincipal: ({ kind, id }) => (kind === 'user' ? directory.user(id) : directory.robot(id)),
      leaseSeconds: 3600,
      logIn: (name, secret, address) => authenticator.logIn(name, secret, address),
      outgoing: new Outgoing({ allowed: parseAllowed(''), resolve: resolveForTests }),
      host: 'registry.example.test',
      webhookAttempts: 3,
      webhookTimeoutSeconds: 1,
    }),
    live,
    counts,
    forget,
    identify: (credentials) => identifyCaller({ authenticator, sessions }, credentials),
    secureCookies: true,
    findProject: (by) => ('name' in by ? directory.project(by.name) : directory.projectById(by.id)),
  });
  const fixture = await seed(database);
  directory.forget('everything');
  return {
    app,
    database,
    directory,
    tokens,
    ...fixture,
    as: (name: string, secret: string = password) => client(app, name, secret),
    createProject: (name, metadata = {}) => insertProject(database, name, 1, metadata),
    createUser: (name) => insertUser(database, name, fixture.hash),
    async addMember(project, user, role) {
      const id = await insertMember(database, project, user, role);
      directory.forget(`user:${user}`);
      return id;
    },
    async configure(values) {
      for (const [name, one] of Object.entries(values)) {
        const value = JSON.stringify(one);
        await database.db
          .insertInto('configuration')
          .values({ name, value })
          .onConflict((on) => on.column('name').doUpdateSet({ value }))
          .execute();
      }
      await live.reload();
    },
    async close() {
      await app.close();
      await directory.close();
      await database.close();
      await drop();
    },
  };
}

async function seed(database: Database) {
  const hash = await hashPassword(password);
  const team = await insertProject(database, 'team', 1, {});
  const users: Record<string, number> = { admin: 1 };
  for (const [name, role] of Object.entries(roleIds)) {
    users[name] = await insertUser(database, name, hash);
    await insertMember(database, team, users[name], role);
  }
  users['stranger'] = await insertUser(database, 'stranger', hash);
  const foreign = await insertProject(database, 'foreign', users['stranger'], {});
  return { hash, users, projects: { library: 1, team, foreign } };
}

async function insertUser(database: Database, username: string, password_hash: string): Promise<number> {
  const email = `${username.toLowerCase()}@example.test`;
  const { user_id } = await database.db
    .insertInto('user_account')
    .values({
      username,
      username_folded: foldName(username),
      email,
      email_folded: foldName(email),
      realname: username,
      password_hash,
    })
    .returning('user_id')
    .executeTakeFirstOrThrow();
  return user_id;
}

async function insertProject(
  database: Database,
  name: string,
  owner_id: number,
  metadata: Record<string, string>,
): Promise<number> {
  const { project_id } = await database.db
    .insertInto('project')
    .values({ name, owner_id, metadata: JSON.stringify({ public: 'false', ...metadata }) })
    .returning('project_id')
    .executeTakeFirstOrThrow();
  await database.db.insertInto('quota').values({ project_id }).execute();
  await insertMember(database, project_id, owner_id, 1);
  return project_id;
}

async function insertMember(
  database: Database,
  project_id: number,
  user_id: number,
  role: number,
): Promise<number> {
  const { id } = await database.db
    .insertInto('project_member')
    .values({ project_id, user_id, role })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

function client(app: FastifyInstance, name: string, secret: string): Client {
  const authorization =
    name === 'anonymous' ? undefined : `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
  const send = async (
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    headers: Headers = {},
  ): Promise<Reply> => {
    const reply = await app.inject({
      method,
      url: path.startsWith('/api/') ? path : `/api/v2.0${path}`,
      headers: { ...(authorization && { authorization }), ...headers },
      // What is no JSON is sent as it stands.
      ...(body !== undefined && { payload: body as object }),
    });
    const json = String(reply.headers['content-type']).startsWith('application/json');
    return {
      status: reply.statusCode,
      headers: reply.headers as Reply['headers'],
      body: json && reply.body !== '' ? reply.json() : reply.body,
    };
  };
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    head: (path, headers) => send('HEAD', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
  };
}
