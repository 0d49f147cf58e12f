import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '#src/database/pool.ts';
import { open, seal } from './sealing.ts';

/** A P-256 key pair for ES256 (24 µs a signature, 49 µs a check; RSA-2048 needs 260 µs to sign). */
export interface SigningKey {
  /** The RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const row = 'token-signing-key';
const place = { purpose: 'signing-key', name: row } as const;

/**
 * Reads the installation's key for tokens, which replicas share; makes it when there is none. It lies sealed with
 * the secret key in table installation, so that a copy of the database alone cannot sign.
 */
export async function loadSigningKey(database: Database, secretKey: Uint8Array): Promise<SigningKey> {
  const stored = (await find(database)) ?? (await create(database, secretKey));
  return signingKeyOf(
    createPrivateKey({ key: open(secretKey, place, stored), format: 'der', type: 'pkcs8' }),
  );
}

async function find(database: Database): Promise<string | undefined> {
  const found = await database.db
    .selectFrom('installation')
    .select('value')
    .where('name', '=', row)
    .executeTakeFirst();
  return found?.value;
}

/** Of several replicas that start together the first one's key wins: insertion waits for it, then reads it. */
async function create(database: Database, secretKey: Uint8Array): Promise<string> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const value = seal(secretKey, place, pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
  const kept = await database.db
    .insertInto('installation')
    .values({ name: row, value })
    .onConflict((on) => on.column('name').doUpdateSet({ value: sql.ref('installation.value') }))
    .returning('value')
    .executeTakeFirstOrThrow();
  return kept.value;
}

export function signingKeyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  if (crv !== 'P-256') throw new Error('the stored token signing key is no P-256 key');
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { kid, privateKey, publicKey };
}
