import { pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '#src/access/principal.ts';
import type { Database } from '#src/database/pool.ts';
import { isDatabaseFault } from '#src/database/pool.ts';
import { hashPassword } from './passwords.ts';
import {
  adminPassword,
  basic,
  countHashes,
  execute,
  insertProject,
  insertRobot,
  insertUser,
  openAuth,
  password,
  type Replica,
} from './people.fixture.ts';

const address = '192.0.2.1';
let auth: Awaited<ReturnType<typeof openAuth>>;
let database: Database;
let replica: Replica;

beforeAll(async () => {
  auth = await openAuth();
  database = auth.database;
  replica = await auth.replica();
});

afterAll(() => auth.close());

const identify = (authorization: string, from = address) =>
  replica.authenticator.identify(authorization, from);

async function tokenOf(who: Principal | undefined): Promise<string> {
  if (who === undefined) throw new Error('nobody to make a token for');
  return `Bearer ${(await replica.tokens.issue(who, [], 1800)).token}`;
}

const failed = { who: { kind: 'anonymous' }, how: 'failed' };

test('without credentials one is anonymous', async () => {
  const identity = replica.authenticator.peek(undefined);

  expect(identity).toEqual({ who: { kind: 'anonymous' }, how: 'anonymous' });
});

test('a user logs in by name or e-mail address in any spelling', async () => {
  const id = await insertUser(database, 'Zoë', { email: 'Zoe@Example.org' });

  const identities = await Promise.all(
    ['Zoë', 'ZOË', 'Zoe\u0308', 'zoe@example.ORG'].map((name) => identify(basic(name, password))),
  );

  expect(identities.map(({ who, how }) => [who.kind === 'user' && who.id, how])).toEqual(
    identities.map(() => [id, 'basic']),
  );
});

test("somebody's e-mail address does not open an account of that name", async () => {
  const named = await insertUser(database, 'eve@example.org');
  await insertUser(database, 'eve', {
    email: 'eve@example.org',
    stored: await hashPassword('Another-one-1'),
  });

  const identity = await identify(basic('eve@example.org', password));

  expect(identity.who).toMatchObject({ id: named });
});

test('robots log in with generated and with chosen secrets', async () => {
  const projectId = await insertProject(database, 'bots');
  const ofSystem = await insertRobot(database, 'all');
  const ofProject = await insertRobot(database, 'ci', { projectId });
  await insertRobot(database, 'chosen', { projectId, stored: await hashPassword('Chosen-secret-1') });

  const identities = await Promise.all([
    identify(basic('robot$all', ofSystem.secret)),
    identify(basic('robot$bots+ci', ofProject.secret)),
    identify(basic('robot$bots+chosen', 'Chosen-secret-1')),
  ]);

  expect(identities.map(({ who }) => who.kind === 'robot' && who.name)).toEqual([
    'robot$all',
    'robot$bots+ci',
    'robot$bots+chosen',
  ]);
});

test("G-50: a robot's secret opens neither another level's robot of that name nor a user named like it", async () => {
  const projectId = await insertProject(database, 'alike');
  const { secret } = await insertRobot(database, 'x', { projectId });
  await insertRobot(database, 'x');
  await insertUser(database, 'robot$y');

  const identities = await Promise.all([
    identify(basic('robot$x', secret)),
    identify(basic('robot$alike+x', secret.toLowerCase())),
    identify(basic('x', secret)),
    identify(basic('robot$y', password)),
  ]);

  expect(identities).toEqual([failed, failed, failed, failed]);
});

test('G-51: other schemes and broken headers are failed logins', () => {
  const headers = [
    'Harbor-Secret abc',
    'Negotiate abc',
    'Digest username="admin"',
    'Basic',
    'Bearer',
    '',
    'Basic !!',
    'Bearer a.b.c',
  ];

  const identities = headers.map((header) => identify(header));

  return expect(Promise.all(identities)).resolves.toEqual(headers.map(() => failed));
});

test('schemes are read in any letter case', async () => {
  const credentials = basic('admin', adminPassword).slice('Basic '.length);

  const identities = await Promise.all([identify(`basic ${credentials}`), identify(`BASIC  ${credentials}`)]);

  expect(identities.map(({ how }) => how)).toEqual(['basic', 'basic']);
});

test('G-52: every refusal is the same', async () => {
  const deleted = await insertUser(database, 'refused-deleted');
  await execute(database, 'update user_account set deleted = true where user_id = $1', [deleted]);
  await insertUser(database, 'refused-wrong');
  const elsewhere = await insertUser(database, 'refused-elsewhere');
  await execute(database, 'update user_account set password_hash = null where user_id = $1', [elsewhere]);
  const expired = await insertRobot(database, 'refused-expired', { lifetime: -1 });

  const identities = await Promise.all([
    identify(basic('refused-unknown', password)),
    identify(basic('refused-deleted', password)),
    identify(basic('refused-wrong', 'Wrong-horse-1')),
    identify(basic('refused-elsewhere', password)),
    identify(basic('robot$refused-expired', expired.secret)),
    identify(basic('robot$refused-unknown', password)),
    identify(basic('anonymous', '')),
  ]);

  expect(identities).toEqual(identities.map(() => failed));
});

test.each([
  ['of an unknown user', 'costs-nobody'],
  ['with a wrong password', 'costs-user'],
  ['of an account without a password', 'costs-elsewhere'],
  ['of an unknown robot', 'robot$costs-nobody'],
  ["with a wrong value for a robot's generated secret", 'robot$costs-generated'],
  ["with a wrong value for a robot's chosen secret", 'robot$costs-chosen'],
])('G-52: a login %s costs exactly one slow hash', async (_, name) => {
  const stored = await hashPassword(password);
  await Promise.allSettled([
    insertUser(database, 'costs-user', { stored }),
    insertUser(database, 'costs-elsewhere', { stored: '' }),
    insertRobot(database, 'costs-generated'),
    insertRobot(database, 'costs-chosen', { stored }),
  ]);
  await execute(database, "update user_account set password_hash = null where username = 'costs-elsewhere'");

  const count = await countHashes(() => identify(basic(name, 'Wrong-horse-1')));

  expect(count).toBe(1);
});

test('G-54: a hash carried over from Harbor is replaced at the first login', async () => {
  const hex = pbkdf2Sync(password, 'salt', 1000, 16, 'sha256').toString('hex');
  const id = await insertUser(database, 'imported', { stored: `pbkdf2-sha256$1000$salt$${hex}` });

  const first = await identify(basic('imported', password));
  const [row] = await execute<{ password_hash: string }>(
    database,
    'select password_hash from user_account where user_id = $1',
    [id],
  );
  const second = await (await auth.replica()).authenticator.identify(basic('imported', password), address);

  expect([first.how, second.how]).toEqual(['basic', 'basic']);
  expect(row?.password_hash).toMatch(/^\$argon2id\$/);
});

test('a login that is not over when the account changes is not remembered', async () => {
  const id = await insertUser(database, 'racing');
  const running = identify(basic('racing', password));
  replica.directory.forget(`user:${id}`);

  const identity = await running;

  expect(identity.how).toBe('basic');
  expect(replica.authenticator.peek(basic('racing', password))).toBeUndefined();
});

test('requests that arrive together share one check, later ones need no query', async () => {
  await insertUser(database, 'steady');
  const before = replica.database.sent.count;

  const together = await Promise.all(Array.from({ length: 50 }, () => identify(basic('steady', password))));
  const cold = replica.database.sent.count - before;
  const later = Array.from({ length: 50 }, () => replica.authenticator.peek(basic('steady', password)));

  expect([...together, ...later].every((identity) => identity?.how === 'basic')).toBe(true);
  expect([cold, replica.database.sent.count - before]).toEqual([2, 2]);
});

test('a database that does not answer is a fault, never a wrong password', async () => {
  const broken = await auth.replica();
  const token = await tokenOf({ kind: 'user', id: 1, name: 'admin', sysadmin: true, roles: new Map() });
  await broken.database.close();

  const results = await Promise.allSettled(
    [basic('admin', adminPassword), token].map((header) => broken.authenticator.identify(header, address)),
  );

  const faults = results.map((result) => result.status === 'rejected' && isDatabaseFault(result.reason));
  expect(faults).toEqual([true, true]);
});
