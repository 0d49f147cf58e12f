import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { open, seal } from './sealing.ts';

const secretKey = randomBytes(32);
const place = { purpose: 'signing-key', name: 'token-signing-key' } as const;
const plain = Buffer.from('what nobody may read');

test('what was sealed opens at its place', () => {
  const sealed = seal(secretKey, place, plain);

  const opened = open(secretKey, place, sealed);

  expect(opened.equals(plain)).toBe(true);
  expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
});

test('the same text is sealed differently each time', () => {
  const sealed = new Set(Array.from({ length: 100 }, () => seal(secretKey, place, plain)));

  expect(sealed.size).toBe(100);
});

test('G-68: a sealed value does not open in another row or for another purpose', () => {
  const sealed = seal(secretKey, place, plain);

  expect(() => open(secretKey, { ...place, name: 'other' }, sealed)).toThrow('other does not open');
  expect(() => open(secretKey, { ...place, purpose: 'credential' }, sealed)).toThrow('does not open');
});

test('S-059: another secret key is named as the cause, with the remedy', () => {
  const sealed = seal(randomBytes(32), place, plain);

  expect(() => open(secretKey, place, sealed)).toThrow(/another secret key .* MOORAGE_SECRET_KEY/);
});

test('a value changed in any byte does not open', () => {
  const sealed = seal(secretKey, place, plain);
  const [version, id, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');

  const opened = [...bytes.keys()].filter((at) => {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    try {
      open(secretKey, place, `${version}.${id}.${changed.toString('base64url')}`);
      return true;
    } catch {
      return false;
    }
  });

  expect(opened).toEqual([]);
});

test.each(['', 'v1', 'v1.', 'v2.aaaaaaaa.AAAA', 'v1.aaaaaaaa.AAAA', 'plain text'])(
  '%j is refused',
  (sealed) => {
    const opening = (): Buffer => open(secretKey, place, sealed);

    expect(opening).toThrow(Error);
  },
);

test('a short text at the right key id is refused', () => {
  const id = seal(secretKey, place, plain).split('.')[1];

  expect(() => open(secretKey, place, `v1.${id}.AAAA`)).toThrow(Error);
});

test('a secret key of less than 32 bytes is refused', () => {
  const sealing = (): string => seal(randomBytes(31), place, plain);

  expect(sealing).toThrow('32 bytes');
});
