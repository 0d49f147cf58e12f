import { createMemoryHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { expect, test } from 'vitest';
import { nameWithin, readRepositoryName } from './repository-name.ts';

const names = [
  ['app', 'app'],
  ['team/app', 'team%2Fapp'],
  ['a/b/c.d/e-f__g', 'a%2Fb%2Fc.d%2Fe-f__g'],
  ['42', '42'],
  ['artifacts-tab', 'artifacts-tab'],
  ['x/info-tab', 'x%2Finfo-tab'],
] as const;

/** A router that knows nothing but repositories. */
function routerAt(address: string) {
  const root = createRootRoute();
  const repository = createRoute({
    getParentRoute: () => root,
    path: '/harbor/projects/$id/repositories/$repo/tags-tab',
    params: {
      parse: ({ id, repo }) => ({ id, repo: readRepositoryName(repo) }),
      stringify: (params) => params,
    },
  });
  const history = createMemoryHistory({ initialEntries: [address] });
  return createRouter({ routeTree: root.addChildren([repository]), history });
}

test.each(names)('the repository %s stands in an address as %s', (name, encoded) => {
  const { href } = routerAt('/').buildLocation({
    to: '/harbor/projects/$id/repositories/$repo/tags-tab',
    params: { id: '1', repo: name },
  });

  expect(href).toBe(`/harbor/projects/1/repositories/${encoded}/tags-tab`);
});

test.each(names)('%s is read from its own encoding, and from a double one', async (name, encoded) => {
  const read = await Promise.all(
    [encoded, encodeURIComponent(encoded)].map(async (part) => {
      const router = routerAt(`/harbor/projects/1/repositories/${part}/tags-tab`);
      await router.load();
      return router.state.matches.at(-1)?.params;
    }),
  );

  expect(read).toEqual([
    { id: '1', repo: name },
    { id: '1', repo: name },
  ]);
});

test.each(['%', '%zz', 'a%2'])('%s, which is no encoding, is left as it is', (param) => {
  expect(readRepositoryName(param)).toBe(param);
});

test('the project is taken off by its length, whatever else is called like it', () => {
  expect(nameWithin('team', 'team/team/app')).toBe('team/app');
});
