import { expect, test } from 'vitest';
import { arrowViolations, outgoingViolations, portalViolations } from './arrows.ts';
import { planted, readModules } from './modules.ts';

test('imports between rooms point the way that ARCHITECTURE.md draws', () => {
  const modules = readModules('src');

  expect(modules.length).toBeGreaterThan(100);
  expect(arrowViolations(modules)).toEqual([]);
});

test('whatever leaves the process goes through src/outgoing', () => {
  const modules = readModules('src');

  expect(modules.length).toBeGreaterThan(100);
  expect(outgoingViolations(modules)).toEqual([]);
});

test.each([
  "import { request } from 'node:https';",
  "import { connect } from 'node:net';",
  "import { lookup } from 'node:dns/promises';",
])('a feature with %s is refused', (text) => {
  expect(outgoingViolations(planted({ 'src/features/a/a.ts': text }))).toHaveLength(1);
});

test('types of connections are free', () => {
  const text = "import type { Socket } from 'node:net'; import { isIPv6 } from 'node:net';";

  expect(outgoingViolations(planted({ 'src/features/a/a.ts': text }))).toEqual([]);
});

test('the portal takes only types of the server, and only of contracts', () => {
  const modules = readModules('portal/src');

  expect(modules.length).toBeGreaterThan(1);
  expect(portalViolations(modules)).toEqual([]);
});

test.each([
  [
    'src/storage/s3.ts',
    "import { findBlob } from '#src/registry/blobs.ts';",
    'storage may not import registry',
  ],
  ['src/oci/digest.ts', "export * from '#src/database/pool.ts';", 'oci may not import database'],
  ['src/http/server.ts', "const app = await import('#src/app.ts');", 'http may not import app.ts'],
  ['src/http/server.ts', "import '#src/features/quotas/index.ts';", 'this room knows no feature'],
  ['src/app.ts', "import { main } from '#src/main.ts';", 'nobody imports main.ts'],
  ['src/database/pool.ts', "import { load } from '#src/config/load.ts';", 'only types from config'],
  ['src/context.ts', "import { type Db } from '#src/database/pool.ts';", 'only types from database'],
  [
    'src/failures.ts',
    "import type { Context } from '#src/context.ts';",
    'failures.ts may not import context.ts',
  ],
  ['src/features/a/a.ts', "import { b } from '#src/features/b/b.store.ts';", 'entered through its index.ts'],
  ['src/features/index.ts', "import { b } from './b/b.store.ts';", 'go through #src/'],
  ['src/registry/blobs.ts', "import type { B } from '#src/features/b/b.ts';", 'entered through its index.ts'],
  ['src/auth/tokens.ts', "import { u } from '#src/features/users/index.ts';", 'this room knows no feature'],
  ['src/oci/digest.ts', "import { r } from '../registry/router.ts';", 'go through #src/'],
  ['src/oci/digest.ts', "import { r } from '#src/oci/reference.ts';", 'inside a room imports are relative'],
  ['src/http/server.ts', "import { pg } from '#test/support/postgres.ts';", 'only tests import tests'],
  ['src/http/server.ts', "import { pg } from '../../tools/suites.ts';", 'nothing outside src/'],
  ['src/novelties/x.ts', "import { d } from '#src/oci/digest.ts';", 'has no arrows yet'],
])('%s with %s is refused', (path, text, reason) => {
  const [violation, ...others] = arrowViolations(planted({ [path]: text }));

  expect(violation).toContain(reason);
  expect(others).toEqual([]);
});

test.each([
  ['src/registry/blobs.ts', "import { charge } from '#src/features/quotas/index.ts';"],
  ['src/features/index.ts', "import { quotaRoutes } from './quotas/quotas.routes.ts';"],
  ['src/features/a/a.ts', "import { b } from '#src/features/b/index.ts'; import { x } from './a.store.ts';"],
  ['src/config/version.ts', "import manifest from '../../package.json' with { type: 'json' };"],
  ['src/database/pool.ts', "import type { Settings } from '#src/config/settings.ts'; import pg from 'pg';"],
  ['src/registry/push.db.test.ts', "import { start } from '#test/support/postgres.ts';"],
])('%s with %s is allowed', (path, text) => {
  expect(arrowViolations(planted({ [path]: text }))).toEqual([]);
});

test.each([
  "import { Project } from '../../src/features/projects/projects.contract.ts';",
  "import { type Project } from '../../src/features/projects/projects.contract.ts';",
  "import type { Row } from '../../src/features/projects/projects.store.ts';",
])('the portal with %s is refused', (text) => {
  expect(portalViolations(planted({ 'portal/src/page.tsx': text }))).toHaveLength(1);
});

test('the portal may take the types of a contract', () => {
  const text = "import type { Project } from '../../src/features/projects/projects.contract.ts';";

  expect(portalViolations(planted({ 'portal/src/page.tsx': text }))).toEqual([]);
});
