import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '#src/failures.ts';
import { parseTarget } from './router.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each([
  ['/v2/', { kind: 'base' }],
  ['/v2', { kind: 'base' }],
  ['/v2/_catalog', { kind: 'catalog' }],
  ['/v2/p/r/tags/list', { kind: 'tags', name: 'p/r' }],
  ['/v2/p/tags/list/tags/list', { kind: 'tags', name: 'p/tags/list' }],
  ['/v2/p/a/b/c/manifests/latest', { kind: 'manifest', name: 'p/a/b/c', reference: 'latest' }],
  ['/v2/p/manifests/manifests/manifests', { kind: 'manifest', name: 'p/manifests', reference: 'manifests' }],
  [`/v2/p/r/manifests/${digest}`, { kind: 'manifest', name: 'p/r', reference: digest }],
  [`/v2/p/r/blobs/${digest.replace(':', '%3A')}`, { kind: 'blob', name: 'p/r', digest }],
  ['/v2/p/r/blobs/uploads/', { kind: 'uploads', name: 'p/r' }],
  ['/v2/p/r/blobs/uploads', { kind: 'uploads', name: 'p/r' }],
  ['/v2/p/r/blobs/uploads/some-id', { kind: 'upload', name: 'p/r', id: 'some-id' }],
  ['/v2/p/blobs/uploads/blobs/uploads/', { kind: 'uploads', name: 'p/blobs/uploads' }],
  [`/v2/p/r/referrers/${digest}`, { kind: 'referrers', name: 'p/r', digest }],
])('%s is read from the right', (path, expected) => {
  const target = parseTarget(path);

  const { repository, ...rest } = { repository: undefined, ...target };
  expect({ ...rest, ...(repository ? { name: repository.name } : {}) }).toEqual(expected);
});

test.each(['/v2/p', '/v2/p/r', '/v2/p/r/tags', '/v2/p/r/tags/other', '/v2/p/r/unknown/x', '/v2/_other'])(
  '%s names nothing',
  (path) => {
    expect(parseTarget(path)).toBeUndefined();
  },
);

test.each([
  '/v2/../etc/tags/list',
  '/v2/p/../q/r/tags/list',
  '/v2/p/./r/tags/list',
  '/v2/p//r/tags/list',
  '/v2//p/r/tags/list',
  '/v2/p/r%2ftags/list',
  '/v2/p/r/..%2f..%2fetc/tags/list',
  '/v2/p/%2e%2e/r/manifests/latest',
  '/v2/p\\r/x/tags/list',
  '/v2/p/r/manifests/latest/',
  '/v2/p/r%00/tags/list',
  `/v2/${'a/'.repeat(200)}r/tags/list`,
  '/v2/P/r/tags/list',
  '/v2/p/_r/tags/list',
])('G-01: %s is refused with NAME_INVALID', (path) => {
  expect(() => parseTarget(path)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
});

test('Harbor: a name of one element is a BAD_REQUEST', () => {
  expect(() => parseTarget('/v2/name/manifests/latest')).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: 'invalid repository name: name' }),
  );
});

test('G-01: whatever the path, a repository name that comes out keeps the grammar', () => {
  const part = fc.oneof(
    fc.constantFrom('manifests', 'blobs', 'uploads', 'tags', 'list', '..', '.', '', '%2e', 'a', 'a__b', 'A'),
    fc.string({ maxLength: 8 }),
  );

  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      try {
        const target = parseTarget(`/v2/${parts.join('/')}`);
        if (!target || !('repository' in target)) return;
        expect(target.repository.name).toMatch(
          /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+$/,
        );
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
      }
    }),
    { numRuns: 2_000 },
  );
});
