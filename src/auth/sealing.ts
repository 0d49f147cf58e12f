import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What a sealed value is for, and which row holds it: moved anywhere else it does not open. */
export interface SealedPlace {
  readonly purpose: 'signing-key' | 'credential' | 'setting';
  /** Of the row, for instance the name in table installation. */
  readonly name: string;
}

/**
 * Encrypts what the database should not show (AES-256-GCM): `v1.<key id>.<nonce, cipher text, tag>`. Each purpose
 * has its own key, derived from the installation's secret key; the place is authenticated with the text.
 */
export function seal(secretKey: Uint8Array, place: SealedPlace, plain: Uint8Array): string {
  const nonce = randomBytes(12);
  const prefix = `v1.${keyId(secretKey)}.`;
  const cipher = createCipheriv('aes-256-gcm', keyOf(secretKey, place.purpose), nonce);
  cipher.setAAD(Buffer.from(prefix + place.name));
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return prefix + sealed.toString('base64url');
}

/** Throws an Error that names the remedy when the value was sealed with another secret key or was changed. */
export function open(secretKey: Uint8Array, place: SealedPlace, sealed: string): Buffer {
  const [version, id = '', text = ''] = sealed.split('.');
  if (version !== 'v1') throw new Error(`${place.name} was sealed in a form that this version does not know`);
  const own = keyId(secretKey);
  if (id !== own) {
    throw new Error(
      `${place.name} was sealed with another secret key (${id}, this process has ${own}): start with the MOORAGE_SECRET_KEY that the installation was made with; every replica needs the same one`,
    );
  }
  const bytes = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secretKey, place.purpose), bytes.subarray(0, 12), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(`v1.${id}.${place.name}`));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch (cause) {
    throw new Error(
      `${place.name} does not open: it was changed or copied from elsewhere; restore the row from a backup`,
      {
        cause,
      },
    );
  }
}

/** Names the secret key without telling anything about it. */
function keyId(secretKey: Uint8Array): string {
  return keyOf(secretKey, 'key-id').subarray(0, 4).toString('hex');
}

function keyOf(secretKey: Uint8Array, purpose: string): Buffer {
  if (secretKey.length < 32) throw new Error('the secret key must have at least 32 bytes');
  return Buffer.from(hkdfSync('sha256', secretKey, 'moorage', `moorage ${purpose}`, 32));
}
