import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '#src/features/artifacts/content.fixture.ts';
import { startTestApp, type TestApp } from '#test/support/app.ts';
import { long, report } from '#test/support/faults-random.ts';
import { retain, sketchRepository, untilEnded } from './retention.fixture.ts';

const tags = long ? 50_000 : 1_000;
const kept = 10;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

// The goal is 50,000 tags in 30 s on two cores that do nothing else: npm run test:db -- --long retention-scale
test('a repository of very many tags keeps its newest ones', { timeout: 300_000 }, async () => {
  const projectId = await app.createProject('large');
  const artifacts = Array.from({ length: tags }, (_, place) => ({
    tags: [`v${place}`],
    pushed: Date.now() - (tags - place) * 60_000,
  }));
  const digests = await sketchRepository(app.database, projectId, 'large/app', artifacts);
  const made = await call(app, 'admin', 'POST', '/retentions', {
    algorithm: 'or',
    rules: [retain('latestPushedK', kept, 'v*')],
    scope: { level: 'project', ref: projectId },
  });
  const policy = Number(made.headers['location']?.split('/').at(-1));

  const began = performance.now();
  await call(app, 'admin', 'POST', `/retentions/${policy}/executions`, {});
  const statuses = await untilEnded(app.database, [policy], 280);
  report(`retention over ${tags} tags: ${((performance.now() - began) / 1000).toFixed(1)} s`);

  const left = await app.database.db.selectFrom('artifact').select('digest').orderBy('id').execute();
  expect(statuses).toEqual(['Success']);
  expect(left.map(({ digest }) => digest)).toEqual(digests.slice(-kept));
});
