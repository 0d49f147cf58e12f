import { Buffer } from 'node:buffer';
import { argon2, createHash, pbkdf2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Failure } from '#src/failures.ts';

const derive = promisify(argon2);
const stretch = promisify(pbkdf2);

/** OWASP's smallest argon2id setting: 19 MiB, two passes, one lane; about 20 ms of one core. */
const memory = 19_456;
const passes = 2;
const parallelism = 1;
const current = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;

/** Longer ones are refused unhashed (G-54); people's passwords end at 128 characters, four bytes each at most. */
const longestPassword = 512;

/**
 * What an unknown account's password is compared with, so that it costs what a known one's costs (G-52). Nothing
 * hashes to it.
 */
export const dummyHash = `${current}${'A'.repeat(22)}$${'A'.repeat(43)}`;

export const passwordRule =
  '8 to 128 characters with at least one lower-case letter, one upper-case letter and one digit';

/** The rule for passwords and robot secrets chosen by people (Harbor's). */
export function isAcceptablePassword(password: string): boolean {
  if (password.length > longestPassword) return false;
  const length = Array.from(password).length;
  return (
    length >= 8 && length <= 128 && /[a-z]/.test(password) && /[A-Z]/.test(password) && /[0-9]/.test(password)
  );
}

/** argon2id in PHC form: the parameters stand in the row, so that they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  if (Buffer.byteLength(password) > longestPassword) {
    throw new Failure('BAD_REQUEST', `the password is too long, use ${passwordRule}`);
  }
  const nonce = randomBytes(16);
  const hash = await derive('argon2id', {
    message: password,
    nonce,
    parallelism,
    tagLength: 32,
    memory,
    passes,
  });
  return `${current}${unpadded(nonce)}$${unpadded(hash)}`;
}

/**
 * Compares with a stored hash: argon2id, or `pbkdf2-sha256$<iterations>$<salt>$<hex>` as carried over from Harbor
 * (the salt is its text, not bytes). `upgrade` says that the hash is right and should be replaced by a new one.
 * A stored value that is no such hash throws: the row is damaged, which is not the caller's wrong password.
 */
export async function verifyPassword(
  password: string,
  stored: string,
): Promise<{ ok: boolean; upgrade: boolean }> {
  if (Buffer.byteLength(password) > longestPassword) return { ok: false, upgrade: false };
  if (stored.startsWith('$argon2id$')) return verifyArgon2(password, stored);
  if (stored.startsWith('pbkdf2-sha256$')) return verifyPbkdf2(password, stored);
  throw new Error('a stored password hash has an unknown form');
}

async function verifyArgon2(password: string, stored: string): Promise<{ ok: boolean; upgrade: boolean }> {
  const parts =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
      stored,
    );
  if (parts === null) throw new Error('a stored argon2id hash is damaged');
  const [, m, t, p, salt = '', hash = ''] = parts;
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    parallelism: Number(p),
    tagLength: expected.length,
    memory: Number(m),
    passes: Number(t),
  });
  const ok = timingSafeEqual(actual, expected);
  return { ok, upgrade: ok && !stored.startsWith(current) };
}

async function verifyPbkdf2(password: string, stored: string): Promise<{ ok: boolean; upgrade: boolean }> {
  const parts = /^pbkdf2-sha256\$(\d{1,8})\$([^$]+)\$((?:[0-9a-f]{2}){16,64})$/.exec(stored);
  if (parts === null) throw new Error('a stored PBKDF2 hash is damaged');
  const [, iterations, salt = '', hash = ''] = parts;
  const expected = Buffer.from(hash, 'hex');
  const actual = await stretch(password, salt, Number(iterations), expected.length, 'sha256');
  const ok = timingSafeEqual(actual, expected);
  return { ok, upgrade: ok };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 32 characters of 190 random bits that also satisfy the rule for passwords. */
export function newRobotSecret(): string {
  for (;;) {
    const secret = Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join('');
    if (isAcceptablePassword(secret)) return secret;
  }
}

const generated = 'sha256:';

/** Whether it was generated, as opposed to chosen by a person: nobody guesses one. */
export function isGenerated(stored: string): boolean {
  return stored.startsWith(generated);
}

/** How a generated secret is stored. Its 190 bits cannot be guessed, so it needs neither salt nor stretching (G-49). */
export function hashGeneratedSecret(secret: string): string {
  return `${generated}${createHash('sha256').update(secret).digest('hex')}`;
}

/** Compares a robot's secret, whether it was generated or chosen by a person (as a password). */
export async function verifySecret(
  secret: string,
  stored: string,
): Promise<{ ok: boolean; upgrade: boolean }> {
  if (!isGenerated(stored)) return verifyPassword(secret, stored);
  const expected = Buffer.from(stored);
  const actual = Buffer.from(hashGeneratedSecret(secret));
  return { ok: actual.length === expected.length && timingSafeEqual(actual, expected), upgrade: false };
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
