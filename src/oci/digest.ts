import { hash } from 'node:crypto';

import { Failure } from '#src/failures.ts';

import { quote } from './quote.ts';

export type DigestAlgorithm = 'sha256' | 'sha512';

export interface Digest {
  algorithm: DigestAlgorithm;
  /** Lower-case hexadecimal, 64 or 128 characters. */
  hex: string;
  /** `algorithm:hex`, exactly as it was given. */
  text: string;
}

/** The registered algorithms of the image specification ("Digests") and their length in hexadecimal. */
const hexLengths: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 };

const wellFormed = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): boolean {
  return wellFormed.test(text);
}

/**
 * Splits a digest into the only two parts from which storage paths are ever built.
 * Anything but a lower-case sha256 or sha512 throws DIGEST_INVALID, which says what is wrong.
 */
export function parseDigest(text: string): Digest {
  if (!wellFormed.test(text)) {
    throw new Failure('DIGEST_INVALID', `invalid digest ${quote(text)}: ${whatIsWrong(text)}`);
  }
  const algorithm = text.startsWith('sha256:') ? 'sha256' : 'sha512';
  return { algorithm, hex: text.slice(algorithm.length + 1), text };
}

/** The digest of bytes at hand, as `algorithm:hex`. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${hash(algorithm, bytes, 'hex')}`;
}

/** Whether the bytes are those that a well-formed digest names: storage may give others. */
export function isDigestOf(digest: string, bytes: Uint8Array): boolean {
  return digestOf(bytes, parseDigest(digest).algorithm) === digest;
}

function whatIsWrong(text: string): string {
  const colon = text.indexOf(':');
  if (colon < 0) return 'a digest is written algorithm:hex, for instance sha256:9f86…';
  const algorithm = text.slice(0, colon);
  const hex = text.slice(colon + 1);
  if (algorithm !== 'sha256' && algorithm !== 'sha512') {
    return `the algorithm ${quote(algorithm)} is not one of sha256, sha512`;
  }
  if (!/^[0-9a-fA-F]*$/.test(hex)) return 'only the characters 0-9 and a-f may follow the colon';
  const wanted = hexLengths[algorithm];
  if (hex.length !== wanted) {
    return `${algorithm} has ${wanted} hexadecimal characters, not ${hex.length}`;
  }
  return 'the hexadecimal part must be lower case';
}
