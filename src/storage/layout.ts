import { randomBytes } from 'node:crypto';

/**
 * Names of objects and drafts. Every name carries 128 random bits and is used once, so that a late removal can
 * never hit newer bytes and two writers can never meet in one file.
 */

const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const objectNames: Record<string, RegExp> = {
  sha256: /^([0-9a-f]{64})\.[0-9a-f]{32}$/,
  sha512: /^([0-9a-f]{128})\.[0-9a-f]{32}$/,
};

export const fanOutName: RegExp = /^[0-9a-f]{2}$/;
export const draftName: RegExp = /^[0-9a-f]{32}$/;

export const algorithms: readonly string[] = Object.keys(objectNames);

export function checkDigest(digest: string): void {
  if (!digestPattern.test(digest))
    throw new Error(`${JSON.stringify(digest)} is not a sha256 or sha512 digest`);
}

/** 128 bits as 32 hex digits. */
export function uniqueName(): string {
  return randomBytes(16).toString('hex');
}

/**
 * `blobs/<algorithm>/<2 hex>/<hex>.<unique>`: 256 folders of one algorithm. With a second level nearly every blob
 * of an installation below a million makes a folder, which is a mkdir and a sync more (decision 0014); ten million
 * blobs are 40,000 names in a folder.
 */
export function objectPath(digest: string, unique: string): string {
  if (!digestPattern.test(digest))
    throw new Error(`${JSON.stringify(digest)} is not a sha256 or sha512 digest`);
  const [algorithm, hex = ''] = digest.split(':');
  return `blobs/${algorithm}/${hex.slice(0, 2)}/${hex}.${unique}`;
}

/** True when a file of that name belongs into that folder of the tree. */
export function isObjectName(algorithm: string, fanOut: string, name: string): boolean {
  const hex = objectNames[algorithm]?.exec(name)?.[1];
  return hex?.startsWith(fanOut) ?? false;
}

/** Locations come from rows, which a restore or an import may have filled: none may lead out of the root. */
export function checkLocation(location: string): void {
  const parts = location.split('/');
  if (location.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new Error(`${JSON.stringify(location)} is not a location inside the storage`);
  }
}
