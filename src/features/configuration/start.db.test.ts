import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { initialise } from '#src/auth/accounts.ts';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { createTestDatabase } from '#test/support/database.ts';
import { readConfiguration } from './configuration.store.ts';
import { applyGivenSettings } from './start.ts';

const secretKey = new Uint8Array(32).fill(3);
let database: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const created = await createTestDatabase();
  drop = created.drop;
  database = openDatabase(created.url, { max: 2 });
  await initialise(database, { adminPassword: 'Harbor12345' });
});
afterEach(() => database.db.deleteFrom('configuration').execute());
afterAll(async () => {
  await database.close();
  await drop();
});

const start = (first: object, overwrite?: object) =>
  applyGivenSettings(database, secretKey, {
    first: { ...first },
    ...(overwrite && { overwrite: { ...overwrite } }),
  });

const stored = () => readConfiguration(database.db, secretKey);

async function setByAdministrator(name: string, value: unknown): Promise<void> {
  const row = { name, value: JSON.stringify(value), given_at_start: false };
  await database.db
    .insertInto('configuration')
    .values(row)
    .onConflict((on) => on.column('name').doUpdateSet(row))
    .execute();
}

test('first values follow the environment from start to start', async () => {
  await start({ token_expiration: 15, oidc_client_secret: 'Sesame' });
  const once = await stored();

  const changed = await start({ token_expiration: 20 });

  expect(once).toEqual({ token_expiration: 15, oidc_client_secret: 'Sesame' });
  expect(changed).toEqual(['token_expiration', 'oidc_client_secret']);
  expect(await stored()).toEqual({ token_expiration: 20 });
});

test('a start that gives the same changes nothing', async () => {
  await start({ token_expiration: 15, oidc_client_secret: 'Sesame' }, { read_only: true });

  const changed = await start({ token_expiration: 15, oidc_client_secret: 'Sesame' }, { read_only: true });

  expect(changed).toEqual([]);
});

test('what an administrator set stays, whatever the first value is', async () => {
  await start({ token_expiration: 15 });
  await setByAdministrator('token_expiration', 99);

  await start({ token_expiration: 20 });
  await start({});

  expect(await stored()).toEqual({ token_expiration: 99 });
});

test('CONFIG_OVERWRITE_JSON wins over administrators, and stays when it is not given any more', async () => {
  await setByAdministrator('token_expiration', 99);

  await start({ token_expiration: 20 }, { token_expiration: 7 });
  await start({});

  expect(await stored()).toEqual({ token_expiration: 7 });
});

test('a start that may not change what it wants to is refused, and changes nothing', async () => {
  const starting = start({ token_expiration: 15, robot_name_prefix: 'ad' });

  await expect(starting).rejects.toThrow(
    /cannot be used: robot_name_prefix "ad" begins the names of users \("admin"\)/,
  );
  expect(await stored()).toEqual({});
});
