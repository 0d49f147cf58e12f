import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '#src/access/principal.ts';
import { accessChannel, type AccessChange } from '#src/context.ts';
import type { Database } from '#src/database/pool.ts';
import { hashPassword, newRobotSecret } from './passwords.ts';
import {
  basic,
  countHashes,
  execute,
  insertRobot,
  insertUser,
  openAuth,
  password,
  type Replica,
} from './people.fixture.ts';

const address = '192.0.2.1';
const wrong = 'Wrong-horse-1';
let auth: Awaited<ReturnType<typeof openAuth>>;
let database: Database;

beforeAll(async () => {
  auth = await openAuth();
  database = auth.database;
});

afterAll(() => auth.close());

/** Changes something as another replica would, and returns when this one has heard of it. */
async function change(replica: Replica, what: AccessChange, text: string, values: unknown[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  replica.directory.onForget((told) => {
    if (told === what) resolve();
  });
  await execute(database, text, values);
  await execute(database, 'select pg_notify($1, $2)', [accessChannel, what]);
  await promise;
}

/** The next time that the replica forgets something. */
const told = ({ directory }: Replica): Promise<void> =>
  new Promise((resolve) => directory.onForget(() => resolve()));

async function cutListener(replica: Replica): Promise<void> {
  const down = told(replica);
  await execute(
    database,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'moorage listener' and datname = current_database()",
  );
  await down;
}

/** Somebody with a checked password and a token, both warm. */
async function arrange(name: string) {
  const replica = await auth.replica();
  const id = await insertUser(database, name);
  const header = basic(name, password);
  const { who } = await replica.authenticator.identify(header, address);
  const token = await tokenOf(replica, who);
  const hows = async () => {
    const headers = [header, token];
    const identities = await Promise.all(headers.map((one) => replica.authenticator.identify(one, address)));
    return identities.map(({ how }) => how);
  };
  return { replica, id, header, token, hows };
}

async function tokenOf(replica: Replica, who: Principal): Promise<string> {
  return `Bearer ${(await replica.tokens.issue(who, [], 1800)).token}`;
}

test('a warm password and a warm token need neither query nor hash', async () => {
  const { replica, header, token } = await arrange('warm');

  const before = replica.database.sent.count;
  const identities = [header, token].map((one) => replica.authenticator.peek(one));

  expect(identities.map((identity) => identity?.how)).toEqual(['basic', 'token']);
  expect(replica.database.sent.count).toBe(before);
});

test('G-48: token and password of a deleted user end at once, in other replicas too', async () => {
  const { replica, id, hows } = await arrange('deleted');

  await change(replica, `user:${id}`, 'update user_account set deleted = true where user_id = $1', [id]);

  expect(await hows()).toEqual(['failed', 'failed']);
});

test('G-80: an account made anew under the old name gets nothing of the old one', async () => {
  const { replica, id, token, hows } = await arrange('reborn');
  const gone =
    "update user_account set deleted = true, username_folded = username || '#' || user_id where user_id = $1";
  await change(replica, `user:${id}`, gone, [id]);
  const anew = await insertUser(database, 'reborn', {
    sysadmin: true,
    stored: await hashPassword('Another-one-1'),
  });

  const [own, old] = [
    await replica.authenticator.identify(basic('reborn', 'Another-one-1'), address),
    await replica.authenticator.identify(token, address),
  ];

  expect([own.who, old.how]).toEqual([expect.objectContaining({ id: anew }), 'failed']);
  expect((await hows())[1]).toBe('failed');
});

test.each([
  ['deleted', 'delete from robot where id = $1'],
  ['disabled', 'update robot set disabled = true where id = $1'],
  ['expired', 'update robot set expires_at = 1 where id = $1'],
])('G-50: secret and token of a %s robot end at once', async (how, text) => {
  const replica = await auth.replica();
  const { id, secret } = await insertRobot(database, how);
  const header = basic(`robot$${how}`, secret);
  const { who } = await replica.authenticator.identify(header, address);
  const token = await tokenOf(replica, who);

  await change(replica, `robot:${id}`, text, [id]);

  const identities = await Promise.all(
    [header, token].map((one) => replica.authenticator.identify(one, address)),
  );
  expect(identities.map((identity) => identity.how)).toEqual(['failed', 'failed']);
});

test('a robot that expires while it is known ends without any notice', async () => {
  const replica = await auth.replica();
  const { secret } = await insertRobot(database, 'timely', { lifetime: 30 });
  const header = basic('robot$timely', secret);
  const before = await replica.authenticator.identify(header, address);

  replica.clock.advance(32_000);
  const after = replica.authenticator.peek(header);

  expect([before.how, after?.how]).toEqual(['basic', 'failed']);
});

test('G-49: an old robot secret ends with the new one', async () => {
  const replica = await auth.replica();
  const { id, secret } = await insertRobot(database, 'fresh');
  const header = basic('robot$fresh', secret);
  await replica.authenticator.identify(header, address);

  const stored = await hashPassword('Chosen-secret-1');
  await change(replica, `robot:${id}`, 'update robot set secret_hash = $2 where id = $1', [id, stored]);

  const [now, old] = [
    await replica.authenticator.identify(basic('robot$fresh', 'Chosen-secret-1'), address),
    await replica.authenticator.identify(header, address),
  ];
  expect([now.how, old.how]).toEqual(['basic', 'failed']);
});

test('an old password ends with the new one', async () => {
  const { replica, id, header } = await arrange('changing');

  const stored = await hashPassword('Another-one-1');
  await change(replica, `user:${id}`, 'update user_account set password_hash = $2 where user_id = $1', [
    id,
    stored,
  ]);

  const [now, old] = [
    await replica.authenticator.identify(basic('changing', 'Another-one-1'), address),
    await replica.authenticator.identify(header, address),
  ];
  expect([now.how, old.how]).toEqual(['basic', 'failed']);
});

test('an old password ends within 60 s even if nobody tells', async () => {
  const { replica, id, header } = await arrange('silent');
  const stored = await hashPassword('Another-one-1');
  await execute(database, 'update user_account set password_hash = $2 where user_id = $1', [id, stored]);

  replica.clock.advance(60_000);
  const identity = await replica.authenticator.identify(header, address);

  expect(identity.how).toBe('failed');
});

test('a checked password is looked up again after 60 s, and not hashed again while its row is the same', async () => {
  const { replica, header } = await arrange('looked-up');
  replica.clock.advance(61_000);
  const before = replica.database.sent.count;

  const hashes = await countHashes(() => replica.authenticator.identify(header, address));

  expect([hashes, replica.database.sent.count - before]).toEqual([0, 2]);
  expect(replica.authenticator.peek(header)?.how).toBe('basic');
});

test('a checked password is hashed again after ten minutes, however steadily it is used', async () => {
  const { replica, header } = await arrange('hashed-again');
  for (let i = 0; i < 10; i++) {
    replica.clock.advance(59_000);
    await replica.authenticator.identify(header, address);
  }
  replica.clock.advance(11_000);

  const hashes = await countHashes(() => replica.authenticator.identify(header, address));

  expect(hashes).toBe(1);
});

test('while changes are not heard, a changed password and a lost account count at once', async () => {
  const { replica, id, header, token } = await arrange('unheard');
  const other = await arrange('unheard-too');
  await Promise.all([cutListener(replica), cutListener(other.replica)]);

  const stored = await hashPassword('Another-one-1');
  await execute(database, 'update user_account set password_hash = $2 where user_id = $1', [id, stored]);
  await execute(database, 'update user_account set deleted = true where user_id = $1', [other.id]);

  const old = await replica.authenticator.identify(header, address);
  const [lost, good] = [
    await other.replica.authenticator.identify(other.token, address),
    await replica.authenticator.identify(token, address),
  ];
  expect([old.how, lost.how, good.how]).toEqual(['failed', 'failed', 'token']);
});

test('a password changed while changes were not heard does not come back when they are heard again', async () => {
  const { replica, id, header, token } = await arrange('unheard-again');
  await cutListener(replica);
  const stored = await hashPassword('Another-one-1');
  await execute(database, 'update user_account set password_hash = $2 where user_id = $1', [id, stored]);
  while (!replica.directory.trusted) await told(replica);
  await replica.authenticator.identify(token, address);

  const warm = replica.authenticator.peek(header);
  const asked = await replica.authenticator.identify(header, address);

  expect([warm, asked.how]).toEqual([undefined, 'failed']);
});

test('G-53: after a wrong password even the right one waits 1.5 s, but only from there', async () => {
  const replica = await auth.replica();
  await insertUser(database, 'guessed');
  await replica.authenticator.identify(basic('guessed', wrong), address);

  const there = await replica.authenticator.identify(basic('guessed', password), address);
  const elsewhere = await replica.authenticator.identify(basic('guessed', password), '192.0.2.2');
  replica.clock.advance(1_500);
  const later = await (await auth.replica()).authenticator.identify(basic('guessed', password), address);

  expect([there.how, elsewhere.how, later.how]).toEqual(['failed', 'basic', 'basic']);
});

test('G-53: neither another spelling nor the e-mail address gives another try', async () => {
  const replica = await auth.replica();
  await insertUser(database, 'spelled', { email: 'spelled@example.org' });
  await replica.authenticator.identify(basic('spelled', wrong), address);

  const identities = await Promise.all(
    ['SPELLED', 'spelled.', 'spelled@example.org'].map((name) =>
      replica.authenticator.logIn(name, password, address),
    ),
  );

  expect(identities).toEqual([undefined, undefined, undefined]);
});

test('G-52: unknown names wait as known ones do', async () => {
  const replica = await auth.replica();

  const hashes = await countHashes(async () => {
    for (const name of ['nobody', 'NOBODY', 'nobody.'])
      await replica.authenticator.logIn(name, wrong, address);
  });

  expect(hashes).toBe(1);
});

test('G-53: who works with the right password is not locked out by wrong ones beside him', async () => {
  const { replica, header } = await arrange('neighbour');
  await replica.authenticator.identify(basic('neighbour', wrong), address);
  replica.clock.advance(61_000);

  const identity = await replica.authenticator.identify(header, address);

  expect(identity.how).toBe('basic');
});

test("G-53: a robot's new secret is not held up by those who still have the old one", async () => {
  const replica = await auth.replica();
  const { secret } = await insertRobot(database, 'rotated');
  await replica.authenticator.identify(basic('robot$rotated', newRobotSecret()), address);

  const identity = await replica.authenticator.identify(basic('robot$rotated', secret), address);

  expect(identity.how).toBe('basic');
});

test('G-53: 10,000 wrong tries at once over all entries are one try', async () => {
  const replica = await auth.replica();
  await insertUser(database, 'stormed');
  const results = new Set<unknown>();

  const hashes = await countHashes(async () => {
    const tries = Array.from({ length: 5_000 }, (_, i) => [
      replica.authenticator.logIn('stormed', `${wrong}${i}`, address),
      replica.authenticator.identify(basic('stormed', `${wrong}-${i}`), address).then(({ how }) => how),
    ]);
    for (const result of await Promise.all(tries.flat())) results.add(result);
  });

  expect(hashes).toBe(1);
  expect(results).toEqual(new Set([undefined, 'failed']));
});

test('G-53: guessing at many names from one network hashes at most what its queue holds', async () => {
  const replica = await auth.replica();
  const tries = Array.from({ length: 300 }, (_, i) => i);
  let refused = 0;

  const hashes = await countHashes(async () => {
    const results = await Promise.allSettled(
      tries.map((i) => replica.authenticator.logIn(`name-${i}`, wrong, address)),
    );
    refused = results.filter(({ status }) => status === 'rejected').length;
  });

  expect(hashes).toBeLessThanOrEqual(100);
  expect(hashes + refused).toBe(300);
});
