import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '#src/features/artifacts/content.fixture.ts';
import { basic, makeImage, pushBlob, startTestApp, type TestApp, type TestImage } from '#test/support/app.ts';
import { request } from '#test/support/http.ts';

let app: TestApp;
let replica: string;
let images: TestImage[];
beforeAll(async () => {
  app = await startTestApp({ soleWriter: false });
  replica = (await app.replica()).url;
  await app.createProject('team');
  images = Array.from({ length: 2 }, () => makeImage());
  for (const { blobs } of images) {
    for (const { bytes } of blobs) await pushBlob(app, 'admin', 'team/app', bytes);
  }
});
afterAll(() => app.close());

const rules = '/projects/team/immutabletagrules';
const protect = (pattern: string) =>
  call(app, 'admin', 'POST', rules, {
    tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern }],
    scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
  });
const push = (url: string, tag: string, image: TestImage | undefined) =>
  request(url, {
    method: 'PUT',
    path: `/v2/team/app/manifests/${tag}`,
    headers: { ...basic('admin'), 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: image?.manifest ?? Buffer.alloc(0),
  });
const tagged = async (tag: string) =>
  (await request(replica, { path: `/v2/team/app/manifests/${tag}`, headers: basic('admin') })).headers[
    'docker-content-digest'
  ];

test('G-77: of two first pushes of an immutable tag exactly one wins, a thousand times', async () => {
  await protect('v*');

  for (let round = 0; round < 1_000; round += 20) {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const tag = `v${round + i}`;
        const answers = await Promise.all([push(app.url, tag, images[0]), push(replica, tag, images[1])]);
        const winner = answers.findIndex(({ status }) => status === 201);
        return {
          statuses: answers.map(({ status }) => status).sort((a, b) => a - b),
          right: images[winner]?.digest,
          tag,
        };
      }),
    );
    for (const { statuses, right, tag } of outcomes) {
      expect([tag, statuses]).toEqual([tag, [201, 412]]);
      expect(await tagged(tag)).toBe(right);
    }
  }
}, 120_000);

test('G-77: once a rule is acknowledged nothing that it protects moves, on any replica', async () => {
  for (let round = 0; round < 50; round += 1) {
    const tag = `w${round}`;
    await push(app.url, tag, images[0]);
    const stop = { now: false };
    const pushing = [app.url, replica].map(async (url) => {
      for (let i = 0; !stop.now; i += 1) await push(url, tag, images[i % 2]);
    });

    const made = await protect(tag);
    const saved = await tagged(tag);
    const later: (string | undefined)[] = [];
    for (let i = 0; i < 5; i += 1) later.push(await tagged(tag));
    stop.now = true;
    await Promise.all(pushing);

    expect(made.status).toBe(201);
    expect(new Set([...later, await tagged(tag)])).toEqual(new Set([saved]));
    await call(app, 'admin', 'DELETE', made.headers['location']?.replace('/api/v2.0', '') ?? '');
  }
}, 120_000);
