/** IP addresses as bytes, and which of them are nobody's public server. Pure: nothing is resolved or connected here. */

/** A range such as 10.0.0.0/8. IPv4 and IPv6 never contain each other. */
export interface Range {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** Undefined when it is no address. A zone (`fe80::1%eth0`) is left out of account. */
export function parseAddress(text: string): readonly number[] | undefined {
  const plain = text.replace(/%.*$/, '');
  return plain.includes(':') ? parseIPv6(plain) : parseIPv4(plain);
}

function parseIPv4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number);
}

function parseIPv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : groupsOf(half)));
  if (groups.includes(undefined)) return undefined;
  const [head = [], tail = []] = groups as number[][];
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Bytes of `1:2:3` or of `1:2:192.0.2.1`. */
function groupsOf(text: string): number[] | undefined {
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const four = last.includes('.') ? parseIPv4(last) : [];
  if (four === undefined) return undefined;
  const groups = last.includes('.') ? parts.slice(0, -1) : parts;
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return [...groups.map((group) => Number.parseInt(group, 16)).flatMap((n) => [n >> 8, n & 255]), ...four];
}

/** `10.0.0.0/8` or a single address; undefined when it is neither. */
export function parseRange(text: string): Range | undefined {
  const [address = '', length, ...more] = text.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length)))
    return undefined;
  const bits = length === undefined ? bytes.length * 8 : Number(length);
  return bits > bytes.length * 8 ? undefined : { bytes, bits };
}

export function within(address: readonly number[], { bytes, bits }: Range): boolean {
  if (address.length !== bytes.length) return false;
  return bytes.every((byte, index) => {
    const left = Math.min(Math.max(bits - index * 8, 0), 8);
    return (byte ^ (address[index] ?? 0)) >> (8 - left) === 0;
  });
}

const ranges = (texts: readonly string[]): readonly Range[] =>
  texts.map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`${text} is no range`);
    return range;
  });

/**
 * IANA's special-purpose registries of both families (RFC 6890 and its successors), multicast and what is reserved.
 * Of IPv6 only 2000::/3 is given out, so everything outside it is refused whole: loopback, unspecified, mapped,
 * compatible, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard, unique local, link-local, site-local, multicast.
 */
const special = ranges([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Protocol assignments, among them Teredo, ORCHID and benchmarking; documentation; 6to4.
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]);
const givenOut = ranges(['2000::/3']);

/** True for an address that may belong to a public server. */
export function isPublic(address: readonly number[]): boolean {
  if (address.length === 16 && !givenOut.some((range) => within(address, range))) return false;
  return !special.some((range) => within(address, range));
}

/**
 * Where clouds tell a machine its credentials, and everything else that is only on the same wire. No setting opens
 * these: AWS, GCP, Azure (also 168.63.129.16), Oracle (also 192.0.0.192), Alibaba.
 */
const closed = ranges([
  '169.254.0.0/16',
  '168.63.129.16',
  '192.0.0.192',
  '100.100.100.200',
  'fe80::/10',
  'fd00:ec2::254',
]);

export function isClosed(address: readonly number[]): boolean {
  const inner = embedded(address);
  return (
    closed.some((range) => within(address, range)) ||
    (inner !== undefined && closed.some((range) => within(inner, range)))
  );
}

const carriers = ranges(['::ffff:0:0/96', '::/96', '64:ff9b::/96']);
const sixToFour = ranges(['2002::/16']);

/** The IPv4 address that an IPv6 one stands for: mapped, compatible, NAT64, 6to4. */
function embedded(address: readonly number[]): readonly number[] | undefined {
  if (carriers.some((range) => within(address, range))) return address.slice(12);
  if (sixToFour.some((range) => within(address, range))) return address.slice(2, 6);
  return undefined;
}

/** What the word `private` stands for in the operator's list: networks of one's own, without this machine itself. */
export const privateRanges = ranges([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
]);
