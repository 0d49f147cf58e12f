import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '#src/features/artifacts/content.fixture.ts';
import { pushImage, startTestApp, type TestApp } from '#test/support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

function moorage(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: process.env['PATH'],
    MOORAGE_DATABASE_URL: app.database.url,
    MOORAGE_DATA: dirname(app.storage),
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

test('retention preview says what would go and what keeps the rest, and changes nothing', async () => {
  const { image: gone } = await pushImage(app, 'admin', 'library/app', 'old');
  const { image: kept } = await pushImage(app, 'admin', 'library/app', 'v1');
  await call(app, 'admin', 'POST', '/retentions', {
    rules: [
      {
        template: 'always',
        tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'v*' }],
        scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
      },
    ],
    scope: { level: 'project', ref: 1 },
  });

  const all = await moorage('retention', 'preview', '--project', 'library');
  const json = await moorage('retention', 'preview', '--project', 'library', '--deleted', '--json');
  const none = await moorage('retention', 'preview', '--project', 'nothing');
  const mistyped = await moorage('retention', 'preview', '--project', 'library', '--repository', 'ap');

  expect(all.out.split('\n')).toEqual([
    `keep   app@${kept.digest.slice(0, 19)} v1: rule 0 (always)`,
    `delete app@${gone.digest.slice(0, 19)} old: no rule keeps it`,
    '2 artifacts: 1 kept, 1 would be deleted',
    '',
  ]);
  expect(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { repository: 'app', digest: gone.digest, tags: ['old'], retained: false, reason: 'no rule keeps it' },
    { total: 2, retained: 1, deleted: 1 },
  ]);
  expect([all.code, none.code, mistyped.code]).toEqual([0, 1, 1]);
  expect(mistyped.err).toContain('project library has no repository ap');
  expect(none.err).toContain('project nothing has no retention policy');
  expect(await app.database.db.selectFrom('artifact').select('id').execute()).toHaveLength(2);
});
