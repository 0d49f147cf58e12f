import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#src/failures.ts';
import { type Entry, header, inPieces, pax, tar } from './archive.fixture.ts';
import { readTar, type TarLimits, usualLimits } from './tar.ts';

const all = () => true;

async function read(archive: Buffer, wanted = all as (name: string) => boolean, limits?: TarLimits) {
  const files: [string, string][] = [];
  for await (const { name, bytes } of readTar(inPieces(archive, 700), wanted, limits)) {
    files.push([name, bytes.toString()]);
  }
  return files;
}

async function refusalOf(archive: Buffer, limits?: TarLimits): Promise<string> {
  try {
    return JSON.stringify(await read(archive, all, limits));
  } catch (error) {
    return error instanceof Failure ? error.code : String(error);
  }
}

test('files come in their order; folders, links and devices do not', async () => {
  const archive = tar(
    { name: 'app/', type: '5' },
    { name: 'app/a', content: 'A' },
    { name: 'app/link', type: '2' },
    { name: 'app/hard', type: '1', size: '00000001000\0' },
    { name: 'app/device', type: '3' },
    { name: 'old/', type: '\0' },
    { name: 'app/b', content: 'B'.repeat(1500), type: '\0' },
  );

  expect(await read(archive)).toEqual([
    ['app/a', 'A'],
    ['app/b', 'B'.repeat(1500)],
  ]);
});

test('what is not wanted is skipped', async () => {
  const archive = tar({ name: 'a', content: 'x'.repeat(5000) }, { name: 'b', content: 'B' });

  expect(await read(archive, (name) => name === 'b')).toEqual([['b', 'B']]);
});

test('long names come from the prefix, from PAX and from GNU headers', async () => {
  const long = `${'long/'.repeat(30)}name`;
  const archive = tar(
    { name: 'name', prefix: 'some/prefix', content: '1' },
    pax({ path: `${long}-ä`, mtime: '1' }),
    { name: 'short', content: '2' },
    { name: '././@LongLink', type: 'L', content: `${long}\0` },
    { name: 'short', content: '3' },
    { name: 'short', content: '4' },
  );

  expect(await read(archive)).toEqual([
    ['some/prefix/name', '1'],
    [`${long}-ä`, '2'],
    [long, '3'],
    ['short', '4'],
  ]);
});

test('sizes come from PAX and in binary', async () => {
  const binary = Buffer.alloc(12);
  binary[0] = 0x80;
  binary[11] = 3;
  const archive = tar(
    pax({ size: '2' }),
    { name: 'a', content: 'AA', size: '00000000000\0' },
    { name: 'b', content: 'BBB', size: binary },
  );

  expect(await read(archive)).toEqual([
    ['a', 'AA'],
    ['b', 'BBB'],
  ]);
});

test('property: what was packed comes out, however the bytes are cut', async () => {
  const entries = fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,20}(\/[a-z]{1,20}){0,3}$/),
      content: fc.string({ maxLength: 2000 }),
    }),
    { maxLength: 8 },
  );

  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 3000 }), async (packed, size) => {
      const files = [];
      for await (const file of readTar(inPieces(tar(...packed), size), all)) files.push(file);

      expect(files.map(({ name, bytes }) => ({ name, content: bytes.toString() }))).toEqual(packed);
    }),
    { numRuns: 200 },
  );
});

test('property: damaged archives are refused or read, never anything else', async () => {
  const good = tar({ name: 'a', content: 'A'.repeat(600) }, pax({ path: 'b' }), { name: 'x', content: 'B' });

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      fc.nat(good.length),
      async (changes, end) => {
        const bad = Buffer.from(good);
        for (const [at, byte] of changes) bad[at] = byte;

        const outcome = await refusalOf(bad.subarray(0, end));

        expect(outcome).toMatch(/^(\[|UNPROCESSABLE_ENTITY$|REQUEST_ENTITY_TOO_LARGE$)/);
      },
    ),
    { numRuns: 500 },
  );
});

describe('G-27: refused is', () => {
  const negative = Buffer.alloc(12, 0xff);
  const huge = Buffer.from('800000007fffffffffffffff', 'hex');
  const sparse: Entry = { name: 'a', type: 'S', content: 'x' };

  test.each<[string, Buffer, string]>([
    ['a size of 8 EiB', tar({ name: 'a', size: huge }), 'REQUEST_ENTITY_TOO_LARGE'],
    ['a negative size', tar({ name: 'a', size: negative }), 'UNPROCESSABLE_ENTITY'],
    [
      'a size of 1 TiB',
      header({ name: 'a', size: '20000000000000'.slice(0, 12) }),
      'REQUEST_ENTITY_TOO_LARGE',
    ],
    ['a size that is no number', tar({ name: 'a', size: '9z' }), 'UNPROCESSABLE_ENTITY'],
    ['a wrong checksum', tar({ name: 'a', checksum: '0000001\0' }), 'UNPROCESSABLE_ENTITY'],
    [
      'a file that ends too early',
      tar({ name: 'a', content: 'x'.repeat(2000) }).subarray(0, 1000),
      'UNPROCESSABLE_ENTITY',
    ],
    ['a header that ends too early', Buffer.alloc(100, 1), 'UNPROCESSABLE_ENTITY'],
    ['a sparse file', tar(sparse), 'UNPROCESSABLE_ENTITY'],
    ['a sparse file by PAX', tar(pax({ 'GNU.sparse.major': '1' }), { name: 'a' }), 'UNPROCESSABLE_ENTITY'],
    [
      'a PAX header of 100 MB',
      header({ name: 'x', type: 'x', size: '00575360400\0' }),
      'REQUEST_ENTITY_TOO_LARGE',
    ],
    [
      'a PAX record without an end',
      tar({ name: 'x', type: 'x', content: '99 path=a\n' }),
      'UNPROCESSABLE_ENTITY',
    ],
    [
      'a PAX record that counts itself only',
      tar({ name: 'x', type: 'x', content: '1 \n' }),
      'UNPROCESSABLE_ENTITY',
    ],
    ['a name with NUL', tar(pax({ path: 'a\0b' }), { name: 'a' }), 'UNPROCESSABLE_ENTITY'],
    ['a name of 2 kB', tar(pax({ path: 'x'.repeat(2000) }), { name: 'a' }), 'REQUEST_ENTITY_TOO_LARGE'],
    [
      'a name of 500 folders',
      tar(pax({ path: 'x/'.repeat(500) }), { name: 'a' }),
      'REQUEST_ENTITY_TOO_LARGE',
    ],
    ['no archive', Buffer.from('<html>'.repeat(200)), 'UNPROCESSABLE_ENTITY'],
  ])('%s', async (_what, archive, code) => {
    expect(await refusalOf(archive)).toBe(code);
  });

  test('an archive with too many entries or bytes, or a file beyond its limit', async () => {
    const archive = tar({ name: 'a', content: 'x'.repeat(100) }, { name: 'b' }, { name: 'c' });

    const outcomes = [
      await refusalOf(archive, { ...usualLimits, entries: 2 }),
      await refusalOf(archive, { ...usualLimits, bytes: 1000 }),
      await refusalOf(archive, { ...usualLimits, fileBytes: 99 }),
    ];

    expect(outcomes).toEqual(Array(3).fill('REQUEST_ENTITY_TOO_LARGE'));
  });
});

test('nothing, and an archive without its last blocks, are archives', async () => {
  expect(await read(Buffer.alloc(0))).toEqual([]);
  expect(await read(tar({ name: 'a', content: 'A' }).subarray(0, 1024))).toEqual([['a', 'A']]);
});

test('whoever stops early closes the source', async () => {
  let closed = false;
  async function* source() {
    try {
      yield* inPieces(tar({ name: 'a', content: 'A' }, { name: 'b', content: 'B' }), 512);
    } finally {
      closed = true;
    }
  }

  for await (const { name } of readTar(source(), all)) if (name === 'a') break;

  expect(closed).toBe(true);
});
