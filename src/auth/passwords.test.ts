import { pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  dummyHash,
  hashGeneratedSecret,
  hashPassword,
  isAcceptablePassword,
  newRobotSecret,
  verifyPassword,
  verifySecret,
} from './passwords.ts';

test('a password matches its own hash and no other', async () => {
  const stored = await hashPassword('Correct-horse-1');

  const right = await verifyPassword('Correct-horse-1', stored);
  const wrong = await verifyPassword('Correct-horse-2', stored);

  expect(right).toEqual({ ok: true, upgrade: false });
  expect(wrong).toEqual({ ok: false, upgrade: false });
});

test('the stored form names algorithm and parameters, and a salt of its own', async () => {
  const [first, second] = await Promise.all([
    hashPassword('Correct-horse-1'),
    hashPassword('Correct-horse-1'),
  ]);

  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(first).not.toBe(second);
});

test('a hash with other parameters (a vector of the reference implementation) matches and asks for an upgrade', async () => {
  const stored = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

  const right = await verifyPassword('password', stored);
  const wrong = await verifyPassword('Password', stored);

  expect(right).toEqual({ ok: true, upgrade: true });
  expect(wrong).toEqual({ ok: false, upgrade: false });
});

test('G-54: a hash carried over from Harbor matches and asks for an upgrade', async () => {
  const hex = pbkdf2Sync('Harbor12345', 'salt', 1000, 16, 'sha256').toString('hex');

  const right = await verifyPassword('Harbor12345', `pbkdf2-sha256$1000$salt$${hex}`);
  const wrong = await verifyPassword('harbor12345', `pbkdf2-sha256$1000$salt$${hex}`);

  expect(right).toEqual({ ok: true, upgrade: true });
  expect(wrong).toEqual({ ok: false, upgrade: false });
});

test('G-54: a password of 1 MB is refused before it is hashed', async () => {
  const huge = 'aA1'.repeat(350_000);

  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    expect((await verifyPassword(huge, dummyHash)).ok).toBe(false);
    expect(isAcceptablePassword(huge)).toBe(false);
    await expect(hashPassword(huge)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    times.push(performance.now() - start);
  }

  // A hash takes 50 ms and more; the quickest of five is not disturbed by what else runs.
  expect(Math.min(...times)).toBeLessThan(10);
});

test('S-105: no part of a long password is cut off', async () => {
  const stored = await hashPassword(`${'a'.repeat(100)}B1`);

  const prefix = await verifyPassword('a'.repeat(72), stored);
  const whole = await verifyPassword(`${'a'.repeat(100)}B1`, stored);

  expect([prefix.ok, whole.ok]).toEqual([false, true]);
});

test('a damaged hash is a fault, not a wrong password', async () => {
  const damaged = [
    '',
    'Harbor12345',
    '$argon2id$v=19$m=19456,t=2,p=1$',
    'pbkdf2-sha256$1000$salt$12',
    '$2b$10$x',
  ];

  const answers = await Promise.allSettled(damaged.map((stored) => verifyPassword('Harbor12345', stored)));

  expect(answers.map(({ status }) => status)).toEqual(damaged.map(() => 'rejected'));
});

test('G-52: nothing matches what unknown accounts are compared with', async () => {
  const answers = await Promise.all(
    ['', 'A', 'Harbor12345'].map((password) => verifyPassword(password, dummyHash)),
  );

  expect(answers.some(({ ok }) => ok)).toBe(false);
});

test.each([
  ['Aa345678', true],
  ['Aa34567', false],
  ['aa345678', false],
  ['AA345678', false],
  ['Aaaaaaaa', false],
  [`Aa1${'x'.repeat(125)}`, true],
  [`Aa1${'x'.repeat(126)}`, false],
  [`Aa1${'😀'.repeat(5)}`, true],
  ['', false],
])('the rule for passwords: %s is %s', (password, acceptable) => {
  const answer = isAcceptablePassword(password);

  expect(answer).toBe(acceptable);
});

test('G-49: a generated secret has 32 characters, satisfies the rule, and is stored as a hash', async () => {
  const secrets = Array.from({ length: 200 }, () => newRobotSecret());

  expect(new Set(secrets).size).toBe(200);
  expect(secrets.every((secret) => /^[A-Za-z0-9]{32}$/.test(secret) && isAcceptablePassword(secret))).toBe(
    true,
  );
  expect(secrets.map(hashGeneratedSecret).every((stored) => /^sha256:[0-9a-f]{64}$/.test(stored))).toBe(true);
});

test('one check serves generated and chosen secrets', async () => {
  const generated = newRobotSecret();
  const chosen = await hashPassword('Chosen-secret-1');

  const answers = await Promise.all([
    verifySecret(generated, hashGeneratedSecret(generated)),
    verifySecret(`${generated}x`, hashGeneratedSecret(generated)),
    verifySecret(hashGeneratedSecret(generated), hashGeneratedSecret(generated)),
    verifySecret('Chosen-secret-1', chosen),
    verifySecret('Chosen-secret-2', chosen),
  ]);

  expect(answers.map(({ ok }) => ok)).toEqual([true, false, false, true, false]);
});
