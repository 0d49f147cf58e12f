import { networkInterfaces } from 'node:os';
import {
  isClosed,
  isPublic,
  parseAddress,
  parseRange,
  privateRanges,
  type Range,
  within,
} from './addresses.ts';

/** What the operator allows beside public addresses. */
export interface Allowed {
  readonly ranges: readonly Range[];
  /** Lower case; `.example.com` stands for everything below it. */
  readonly names: readonly string[];
}

/**
 * Reads MOORAGE_OUTGOING_ALLOW: `private`, addresses, ranges, host names and `*.names`, separated by commas or
 * blanks. Throws an Error that names what cannot be read.
 */
export function parseAllowed(text: string): Allowed {
  const ranges: Range[] = [];
  const names: string[] = [];
  for (const entry of text.split(/[\s,]+/).filter((one) => one !== '')) {
    const range = parseRange(entry);
    if (entry === 'private') ranges.push(...privateRanges);
    else if (range !== undefined) ranges.push(range);
    else if (/^(\*\.)?[0-9A-Za-z_-]+(\.[0-9A-Za-z_-]+)*$/.test(entry) && !/^[0-9.]+$/.test(entry))
      names.push(entry.toLowerCase().replace(/^\*/, ''));
    else
      throw new Error(
        `outgoing_allow: ${JSON.stringify(entry)} is no address, range (10.0.0.0/8), host name, *.host.name or the word private`,
      );
  }
  return { ranges, names };
}

export function isAllowedName(name: string, { names }: Allowed): boolean {
  return names.some((one) => (one.startsWith('.') ? name.endsWith(one) : name === one));
}

/** Decides about one address; `named` when the operator's list names the host it was found under. */
export function mayCall(
  text: string,
  { allowed, own, named }: { allowed: Allowed; own: readonly string[]; named: boolean },
): boolean {
  const address = parseAddress(text);
  if (address === undefined || isClosed(address)) return false;
  if (named || allowed.ranges.some((range) => within(address, range))) return true;
  return isPublic(address) && !own.includes(text);
}

/** This machine's own addresses: behind a public one may be a door that trusts it. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}
