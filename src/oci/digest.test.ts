import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Failure } from '#src/failures.ts';

import { digestOf, isDigest, parseDigest } from './digest.ts';

const hex64 = 'a'.repeat(64);

function refusalOf(text: string): string | undefined {
  try {
    parseDigest(text);
    return undefined;
  } catch (error) {
    return error instanceof Failure ? error.code : 'something else';
  }
}

test('a sha256 digest is split into algorithm and hex', () => {
  const digest = parseDigest(`sha256:${hex64}`);

  expect(digest).toEqual({ algorithm: 'sha256', hex: hex64, text: `sha256:${hex64}` });
});

test('a sha512 digest is split into algorithm and hex', () => {
  const digest = parseDigest(`sha512:${hex64}${hex64}`);

  expect(digest).toMatchObject({ algorithm: 'sha512', hex: hex64 + hex64 });
});

test.each([
  ['', 'written algorithm:hex'],
  ['latest', 'written algorithm:hex'],
  ['sha256:', '64 hexadecimal characters, not 0'],
  [`sha256:${'a'.repeat(63)}`, 'not 63'],
  [`sha256:${'a'.repeat(65)}`, 'not 65'],
  [`sha512:${hex64}`, '128 hexadecimal characters, not 64'],
  [`sha256:${'A'.repeat(64)}`, 'lower case'],
  [`SHA256:${hex64}`, 'not one of sha256, sha512'],
  [`md5:${'a'.repeat(32)}`, 'not one of sha256, sha512'],
  [`sha256+b64:${hex64}`, 'not one of sha256, sha512'],
  ['sha256:../../x', 'only the characters'],
  [`sha256:${'a'.repeat(58)}../../`, 'only the characters'],
  ['sha256:%2e%2e', 'only the characters'],
  [`sha256:${hex64}\n`, 'only the characters'],
  [`sha256:${hex64}\0`, 'only the characters'],
  [` sha256:${hex64}`, 'not one of sha256, sha512'],
  [`sha256:${'à'.repeat(64)}`, 'only the characters'],
])('%j is refused with what is wrong', (text, reason) => {
  expect(isDigest(text)).toBe(false);
  expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID', status: 400 }));
  expect(() => parseDigest(text)).toThrow(reason);
});

test('a refused digest is repeated cut and with its control characters escaped', () => {
  const refused = () => parseDigest(`\u001b[31m\u202e${'x'.repeat(5000)}`);

  expect(refused).toThrow(/^invalid digest "\\u001b\[31m\\u202ex{94}…": /);
});

test('every digest of bytes parses, and equals what node computes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.constantFrom('sha256' as const, 'sha512' as const),
      (bytes, algorithm) => {
        const digest = parseDigest(digestOf(bytes, algorithm));

        expect(digest.hex).toBe(createHash(algorithm).update(bytes).digest('hex'));
      },
    ),
  );
});

test('text parses exactly when it is an algorithm, a colon and the right number of lower-case hex digits', () => {
  const nearly = fc
    .tuple(
      fc.constantFrom('sha256', 'sha512', 'sha384', ''),
      fc.string({
        unit: fc.constantFrom(...'0123456789abcdefAg./'.split('')),
        minLength: 60,
        maxLength: 130,
      }),
    )
    .map(([algorithm, hex]) => `${algorithm}:${hex}`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearly), (text) => {
      const wanted = /^sha256:[0-9a-f]{64}$/.test(text) || /^sha512:[0-9a-f]{128}$/.test(text);

      expect(isDigest(text)).toBe(wanted);
      expect(refusalOf(text)).toBe(wanted ? undefined : 'DIGEST_INVALID');
    }),
  );
});
