import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type App, createApp } from '#src/app.ts';
import { initialise } from '#src/auth/accounts.ts';
import { hashGeneratedSecret, hashPassword } from '#src/auth/passwords.ts';
import { loadSettings } from '#src/config/load.ts';
import type { Settings } from '#src/config/settings.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { digestOf } from '#src/oci/digest.ts';
import { createTestDatabase } from './database.ts';
import { type HttpAnswer, type HttpRequest, request } from './http.ts';

export const adminPassword = 'Harbor12345';
const userPassword = 'Correct-horse-1';

export interface TestApp {
  readonly url: string;
  readonly database: Database;
  readonly app: App;
  /** Where its blobs are. */
  readonly storage: string;
  /** One more server process's worth on the same database and storage. */
  replica(): Promise<TestReplica>;
  /** A request with Basic credentials; `as` is a name (password known here) or undefined for nobody. */
  send(as: string | undefined, call: HttpRequest): Promise<HttpAnswer>;
  createUser(name: string): Promise<number>;
  createProject(name: string, options?: { public?: boolean; limit?: number }): Promise<number>;
  addMember(project: number, user: number, role: number): Promise<void>;
  createRobot(robot: TestRobot): Promise<{ name: string; secret: string }>;
  close(): Promise<void>;
}

export interface TestReplica {
  readonly url: string;
  readonly app: App;
}

export interface TestRobot {
  name: string;
  project?: { id: number; name: string };
  grants: {
    kind: 'system' | 'project';
    project?: number;
    namespace: string;
    resource: string;
    action: string;
  }[];
}

/** For tests that compare the whole database: no job runs and nothing is collected meanwhile. */
export const idle: Partial<Settings> = { jobWorkers: 0, collectionSeconds: 86_400 };

/** A whole server in this process, on a database and a folder of its own, listening on loopback. */
export async function startTestApp(
  options: { soleWriter?: boolean; settings?: Partial<Settings> } = {},
): Promise<TestApp> {
  const created = await createTestDatabase();
  const database = openDatabase(created.url, { max: 4 });
  await initialise(database, { adminPassword });
  const folder = await mkdtemp(join(tmpdir(), 'moorage-app-'));
  const root = join(folder, 'storage');
  const open: App[] = [];
  const start = async (): Promise<TestReplica> => {
    const { settings } = loadSettings({
      env: { MOORAGE_DATA: folder, MOORAGE_PORT: '0', MOORAGE_HOST: '127.0.0.1' },
    });
    const app = await createApp({
      settings: {
        ...settings,
        port: 0,
        databasePoolSize: 8,
        storage: { driver: 'filesystem', root },
        ...options.settings,
      },
      log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
      database: { url: created.url },
      secretKey: Buffer.alloc(32, 7),
      soleWriter: options.soleWriter ?? true,
    });
    open.push(app);
    return { app, url: `http://127.0.0.1:${(await app.listen()).port}` };
  };
  const first = await start();
  return {
    url: first.url,
    app: first.app,
    database,
    storage: root,
    replica: start,
    send: (as, call) =>
      request(first.url, as === undefined ? call : { ...call, headers: { ...basic(as), ...call.headers } }),
    ...people(database, first.app),
    async close() {
      await Promise.all(open.map((app) => app.close(1_000)));
      await database.close();
      await created.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Credentials of a name that this file made, or of `name:password`. */
export function basic(name: string): Record<string, string> {
  const password = name === 'admin' ? adminPassword : userPassword;
  const pair = name.includes(':') ? name : `${name}:${password}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function people(database: Database, app: App) {
  const { db } = database;
  return {
    async createUser(name: string) {
      const row = await db
        .insertInto('user_account')
        .values({ username: name, username_folded: name, password_hash: await hashPassword(userPassword) })
        .returning('user_id')
        .executeTakeFirstOrThrow();
      return row.user_id;
    },
    async createProject(name: string, options: { public?: boolean; limit?: number } = {}) {
      const metadata = JSON.stringify({ public: String(options.public ?? false) });
      const row = await db
        .insertInto('project')
        .values({ name, owner_id: 1, metadata })
        .returning('project_id')
        .executeTakeFirstOrThrow();
      await db
        .insertInto('quota')
        .values({ project_id: row.project_id, hard_storage: options.limit ?? -1 })
        .execute();
      app.registry.forget(`project:${name}`);
      return row.project_id;
    },
    async addMember(project: number, user: number, role: number) {
      await db.insertInto('project_member').values({ project_id: project, user_id: user, role }).execute();
      app.registry.forget(`user:${user}`);
    },
    async createRobot({ name, project, grants }: TestRobot) {
      const secret = `Robot1${randomBytes(13).toString('hex')}`;
      const row = await db
        .insertInto('robot')
        .values({
          name,
          level: project ? 'project' : 'system',
          project_id: project?.id ?? null,
          secret_hash: hashGeneratedSecret(secret),
          duration: -1,
          creator_type: 'local',
          creator_ref: 1,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      const rows = grants.map(({ project: id, ...grant }) => ({
        ...grant,
        robot_id: row.id,
        project_id: id ?? null,
      }));
      await db.insertInto('robot_grant').values(rows).execute();
      return { name: `robot$${project ? `${project.name}+` : ''}${name}`, secret };
    },
  };
}

export interface TestImage {
  manifest: Buffer;
  digest: string;
  blobs: { digest: string; bytes: Buffer }[];
}

/** An image of random bytes; nothing of it is pushed yet. */
export function makeImage(layers = 1, layerSize = 100): TestImage {
  const bytes = [
    Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', id: randomBytes(8).toString('hex') })),
  ];
  for (let i = 0; i < layers; i++) bytes.push(randomBytes(layerSize));
  const blobs = bytes.map((one) => ({ digest: digestOf(one), bytes: one }));
  const [config, ...rest] = blobs.map(({ digest, bytes: { length } }, index) => ({
    mediaType:
      index === 0 ? 'application/vnd.oci.image.config.v1+json' : 'application/vnd.oci.image.layer.v1.tar',
    digest,
    size: length,
  }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: rest,
    }),
  );
  return { manifest, digest: digestOf(manifest), blobs };
}

/** Uploads a blob in one POST. */
export function pushBlob(
  app: Pick<TestApp, 'send'>,
  as: string,
  repository: string,
  bytes: Buffer,
): Promise<HttpAnswer> {
  return app.send(as, {
    method: 'POST',
    path: `/v2/${repository}/blobs/uploads/?digest=${digestOf(bytes)}`,
    body: bytes,
  });
}

export async function pushImage(
  app: Pick<TestApp, 'send'>,
  as: string,
  repository: string,
  reference: string,
  image = makeImage(),
): Promise<{ image: TestImage; answer: HttpAnswer }> {
  for (const { bytes } of image.blobs) await pushBlob(app, as, repository, bytes);
  const answer = await app.send(as, {
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: image.manifest,
  });
  return { image, answer };
}
