import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#src/database/pool.ts';
import { resetAdminPassword } from './accounts.ts';
import {
  adminPassword,
  basic,
  execute,
  insertUser,
  openAuth,
  password,
  type Replica,
} from './people.fixture.ts';
import { endSession, identifyCaller, startSession } from './sessions.ts';
import { handleToken } from './token-service.ts';

const clientAddress = '192.0.2.1';
let auth: Awaited<ReturnType<typeof openAuth>>;
let database: Database;
let one: Replica;
let other: Replica;

beforeAll(async () => {
  auth = await openAuth();
  database = auth.database;
  [one, other] = [await auth.replica(), await auth.replica()];
});

afterAll(() => auth.close());

async function logIn(replica: Replica, name: string, secret = password): Promise<string> {
  const found = await replica.authenticator.logIn(name, secret, clientAddress);
  if (found === undefined) throw new Error(`${name} could not log in`);
  return replica.database.db.transaction().execute((tx) => startSession(tx, found, Buffer.alloc(32, 1), 60));
}

const credentials = (session: string | undefined, authorization?: string) => ({
  authorization,
  session,
  renewSession: true,
  clientAddress,
});

const howOf = async (replica: Replica, session: string) =>
  (await identifyCaller(replica, credentials(session))).how;

async function tokenOf(replica: Replica, session: string | undefined, authorization?: string) {
  const url = '/service/token?service=harbor-registry&scope=repository:library/x:pull';
  const reply = await handleToken(replica, { method: 'GET', url, ...credentials(session, authorization) });
  return `Bearer ${(JSON.parse(reply.body) as { token: string }).token}`;
}

const changePassword = (id: number) =>
  execute(database, 'update user_account set epoch = epoch + 1 where user_id = $1', [id]);

test('a session holds in every replica, and ends in all of them at once', async () => {
  await insertUser(database, 'roamer');
  const session = await logIn(one, 'roamer');
  const before = [await howOf(one, session), await howOf(other, session)];

  await one.database.db.transaction().execute((tx) => endSession(tx, session));

  expect(before).toEqual(['session', 'session']);
  expect([await howOf(one, session), await howOf(other, session)]).toEqual(['anonymous', 'anonymous']);
});

test('a session costs one statement', async () => {
  await insertUser(database, 'thrifty');
  const session = await logIn(one, 'thrifty');
  await howOf(one, session);

  const before = one.database.sent.count;
  const { who } = await identifyCaller(one, credentials(session));

  expect(who).toMatchObject({ kind: 'user', name: 'thrifty' });
  expect(one.database.sent.count - before).toBe(1);
});

test('a session gets a token, which is its person’s', async () => {
  const id = await insertUser(database, 'tokened');
  const session = await logIn(one, 'tokened');

  const identity = await other.authenticator.identify(await tokenOf(one, session), clientAddress);

  expect(identity).toMatchObject({ how: 'token', who: { id, name: 'tokened' } });
});

test('G-48: a new password voids tokens, sessions and checked passwords of the old one, in every replica', async () => {
  const id = await insertUser(database, 'revoked');
  const session = await logIn(one, 'revoked');
  const header = basic('revoked', password);
  const tokens = [await tokenOf(one, session), await tokenOf(other, undefined, header)];
  const hows = async (replica: Replica) => [
    await howOf(replica, session),
    ...(await Promise.all(
      tokens.map(async (token) => (await replica.authenticator.identify(token, clientAddress)).how),
    )),
  ];
  const before = [await hows(one), await hows(other)];

  await changePassword(id);
  for (const replica of [one, other]) replica.directory.forget(`user:${id}`);

  expect(before).toEqual([
    ['session', 'token', 'token'],
    ['session', 'token', 'token'],
  ]);
  expect([await hows(one), await hows(other)]).toEqual([
    ['anonymous', 'failed', 'failed'],
    ['anonymous', 'failed', 'failed'],
  ]);
});

test('G-48: a token of the new password is good at once, also where the change is not heard of yet', async () => {
  const id = await insertUser(database, 'hasty');
  await other.directory.user(id);
  await changePassword(id);
  one.directory.forget(`user:${id}`);

  const token = await tokenOf(one, undefined, basic('hasty', password));
  const identity = await other.authenticator.identify(token, clientAddress);

  expect(identity).toMatchObject({ how: 'token', who: { id } });
});

test('G-48: a warm token needs no query', async () => {
  await insertUser(database, 'warm-again');
  const token = await tokenOf(one, undefined, basic('warm-again', password));
  await one.authenticator.identify(token, clientAddress);

  const before = one.database.sent.count;

  expect(one.authenticator.peek(token)?.how).toBe('token');
  expect(one.database.sent.count).toBe(before);
});

test('a login with the old password that was under way while it changed has no session', async () => {
  const id = await insertUser(database, 'racer');
  const found = await one.authenticator.logIn('racer', password, clientAddress);
  await changePassword(id);
  one.directory.forget(`user:${id}`);

  const session = await one.database.db
    .transaction()
    .execute((tx) => startSession(tx, found ?? expect.fail('no login'), Buffer.alloc(32), 60));

  expect(await howOf(one, session)).toBe('anonymous');
});

test('G-48: a reset on the command line ends the administrator’s sessions and tokens', async () => {
  const session = await logIn(one, 'admin', adminPassword);
  const token = await tokenOf(one, session);
  const heard = new Promise<void>((resolve) => one.directory.onForget(() => resolve()));

  await resetAdminPassword(database, 'Another-one-1');
  await heard;

  expect(await howOf(one, session)).toBe('anonymous');
  expect((await one.authenticator.identify(token, clientAddress)).how).toBe('failed');
});
