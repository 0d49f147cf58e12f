import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { initialise, resetAdminPassword } from './accounts.ts';
import { isAcceptablePassword, verifyPassword } from './passwords.ts';
import { adminPassword, basic, insertProject, insertUser, openAuth, secretKey } from './people.fixture.ts';
import { loadSigningKey } from './signing-key.ts';

let auth: Awaited<ReturnType<typeof openAuth>>;

beforeAll(async () => {
  auth = await openAuth();
});

afterAll(() => auth.close());

/** A migrated database that was never started on. */
async function empty(): Promise<Database> {
  const created = await createTestDatabase();
  const database = openDatabase(created.url, { max: 8 });
  onTestFinished(async () => {
    await database.close();
    await created.drop();
  });
  return database;
}

const users = ({ db }: Database) =>
  db
    .selectFrom('user_account')
    .select(['user_id', 'username', 'sysadmin_flag', 'deleted'])
    .orderBy('user_id')
    .execute();

const hashOf = async ({ db }: Database): Promise<string> => {
  const row = await db
    .selectFrom('user_account')
    .select('password_hash')
    .where('user_id', '=', 1)
    .executeTakeFirstOrThrow();
  return row.password_hash ?? '';
};

test('the first start makes what Harbor has after one', async () => {
  const database = await empty();

  const made = await initialise(database, { adminPassword: 'Harbor12345', storagePerProject: 1024 });

  const { db } = database;
  expect(made).toEqual({ first: true, weakPassword: false });
  expect(await users(database)).toEqual([
    { user_id: 1, username: 'admin', sysadmin_flag: true, deleted: false },
    { user_id: 2, username: 'anonymous', sysadmin_flag: false, deleted: true },
  ]);
  expect(
    await db.selectFrom('project').select(['project_id', 'name', 'public', 'owner_id']).execute(),
  ).toEqual([{ project_id: 1, name: 'library', public: true, owner_id: 1 }]);
  expect(
    await db.selectFrom('quota').select(['project_id', 'hard_storage', 'used_storage']).execute(),
  ).toEqual([{ project_id: 1, hard_storage: 1024, used_storage: 0 }]);
  expect(await db.selectFrom('project_member').select(['project_id', 'user_id', 'role']).execute()).toEqual([
    { project_id: 1, user_id: 1, role: 1 },
  ]);
});

test('the first person is user 3, the first own project is 2', async () => {
  const database = await empty();
  await initialise(database, { adminPassword });

  const ids = [await insertUser(database, 'ada', { stored: '' }), await insertProject(database, 'own')];

  expect(ids).toEqual([3, 2]);
});

test('S-029: without a password a random one is made, told once, and works', async () => {
  const database = await empty();

  const [first, second] = [await initialise(database, {}), await initialise(database, { adminPassword: '' })];

  const generated = first.generatedPassword ?? '';
  expect(isAcceptablePassword(generated)).toBe(true);
  expect(await verifyPassword(generated, await hashOf(database))).toMatchObject({ ok: true });
  expect(second).toEqual({ first: false, weakPassword: false });
});

test('a given password that breaks the rule is taken and reported', async () => {
  const database = await empty();

  const made = await initialise(database, { adminPassword: 'admin' });

  expect(made).toEqual({ first: true, weakPassword: true });
});

test('replicas that start together make one installation', async () => {
  const database = await empty();

  const made = await Promise.all(Array.from({ length: 5 }, () => initialise(database, {})));

  const told = made.filter(({ first }) => first);
  expect(told).toHaveLength(1);
  expect(await verifyPassword(told[0]?.generatedPassword ?? '', await hashOf(database))).toMatchObject({
    ok: true,
  });
});

test('a later start changes nothing: neither a password nor what was renamed or deleted', async () => {
  const database = await empty();
  await initialise(database, { adminPassword });
  await database.db
    .updateTable('user_account')
    .set({ username: 'root', username_folded: 'root' })
    .where('user_id', '=', 1)
    .execute();
  await database.db.deleteFrom('project').execute();
  const before = await hashOf(database);

  const again = await initialise(database, { adminPassword: 'Another-one-1' });

  expect(again.first).toBe(false);
  expect([await hashOf(database), (await users(database))[0]?.username]).toEqual([before, 'root']);
  expect(await database.db.selectFrom('project').selectAll().execute()).toEqual([]);
});

test("the admin's password is reset, and a running replica hears of it", async () => {
  const replica = await auth.replica();
  const old = basic('admin', adminPassword);
  await replica.authenticator.identify(old, '192.0.2.1');
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  replica.directory.onForget((change) => {
    if (change === 'user:1') resolve();
  });

  await resetAdminPassword(auth.database, 'Another-one-1');
  await heard;

  const [right, wrong] = [
    await replica.authenticator.identify(basic('admin', 'Another-one-1'), '192.0.2.1'),
    await replica.authenticator.identify(old, '192.0.2.1'),
  ];
  expect([right.how, wrong.how]).toEqual(['basic', 'failed']);
});

test('a bad new password, or no installation, is refused with the reason', async () => {
  const database = await empty();

  const weak = resetAdminPassword(database, 'admin');
  const missing = resetAdminPassword(database, 'Another-one-1');

  await expect(weak).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('8 to 128'),
  });
  await expect(missing).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('start'),
  });
});

test('replicas that start together have one signing key, which the database does not show', async () => {
  const database = await empty();

  const keys = await Promise.all(Array.from({ length: 5 }, () => loadSigningKey(database, secretKey)));

  const rows = await database.db.selectFrom('installation').selectAll().execute();
  const secret = keys[0]?.privateKey.export({ format: 'jwk' }).d ?? '';
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
  expect(rows).toHaveLength(1);
  expect(
    Buffer.from(rows[0]?.value.split('.')[2] ?? '', 'base64url').includes(Buffer.from(secret, 'base64url')),
  ).toBe(false);
});

test('a signing key sealed with another secret key stops the start with the remedy', async () => {
  const database = await empty();
  await loadSigningKey(database, secretKey);

  const loading = loadSigningKey(database, Buffer.alloc(32, 8));

  await expect(loading).rejects.toThrow(
    /token-signing-key was sealed with another secret key .* MOORAGE_SECRET_KEY/,
  );
});
