import { describe, expect, test } from 'vitest';
import { isClosed, isPublic, parseAddress, parseRange, within } from './addresses.ts';

const bytes = (text: string): readonly number[] => {
  const found = parseAddress(text);
  if (found === undefined) throw new Error(`${text} is no address`);
  return found;
};

const zeros = (length: number): number[] => Array.from({ length }, () => 0);

describe('an address', () => {
  test.each([
    ['192.0.2.7', [192, 0, 2, 7]],
    ['::', zeros(16)],
    ['::1', [...zeros(15), 1]],
    ['2001:db8::', [0x20, 1, 0xd, 0xb8, ...zeros(12)]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['::ffff:192.0.2.7', [...zeros(10), 255, 255, 192, 0, 2, 7]],
    ['fe80::1%eth0', [0xfe, 0x80, ...zeros(13), 1]],
  ])('%s is read', (text, expected) => {
    const found = parseAddress(text);

    expect(found).toEqual(expected);
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.0x4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '::12345',
    '::1.2.3',
    'example.com',
  ])('%j is none', (text) => {
    const found = parseAddress(text);

    expect(found).toBeUndefined();
  });
});

describe('a range', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['172.16.0.0/12', '172.31.255.255', true],
    ['172.16.0.0/12', '172.32.0.0', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.6', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::1', false],
    ['fc00::/7', 'fdff::1', true],
    ['fc00::/7', 'fe00::1', false],
  ])('%s and %s: %s', (range, address, expected) => {
    const found = parseRange(range);

    expect(found && within(bytes(address), found)).toBe(expected);
  });

  test.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '/8', '10.0.0.0/x'])(
    '%j is none',
    (text) => {
      const found = parseRange(text);

      expect(found).toBeUndefined();
    },
  );
});

/** First and last address of every entry of IANA's two special-purpose registries, and of multicast. */
const specialPurpose = [
  '0.0.0.0 0.255.255.255',
  '10.0.0.0 10.255.255.255',
  '100.64.0.0 100.127.255.255',
  '127.0.0.0 127.255.255.255',
  '169.254.0.0 169.254.255.255',
  '172.16.0.0 172.31.255.255',
  '192.0.0.0 192.0.0.255',
  '192.0.2.0 192.0.2.255',
  '192.88.99.0 192.88.99.255',
  '192.168.0.0 192.168.255.255',
  '198.18.0.0 198.19.255.255',
  '198.51.100.0 198.51.100.255',
  '203.0.113.0 203.0.113.255',
  '224.0.0.0 239.255.255.255',
  '240.0.0.0 255.255.255.255',
  ':: ::1',
  '::ffff:0.0.0.0 ::ffff:255.255.255.255',
  '::7f00:1 ::ffff:ffff',
  '64:ff9b:: 64:ff9b::ffff:ffff',
  '64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff',
  '100:: 100::ffff:ffff:ffff:ffff',
  '2001:: 2001:0:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:2:: 2001:2:0:ffff:ffff:ffff:ffff:ffff',
  '2001:10:: 2001:2f:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  '2002:: 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
  '5f00:: 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fc00:: fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80:: febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'ff00:: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
];

describe('the ranges of special purpose', () => {
  test.each(specialPurpose)('%s are not public', (ends) => {
    const found = ends.split(' ').map((end) => isPublic(bytes(end)));

    expect(found).toEqual([false, false]);
  });

  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2000::',
    '2001:200::',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80b::200e',
  ])('%s beside them is', (address) => {
    const found = isPublic(bytes(address));

    expect(found).toBe(true);
  });
});

test.each([
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  'fe80::1',
  'fd00:ec2::254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
])('%s, where credentials of the machine may be had, is closed for good', (address) => {
  const found = isClosed(bytes(address));

  expect(found).toBe(true);
});
