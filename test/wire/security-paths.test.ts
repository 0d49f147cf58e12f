import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, pushImage, startTestApp, type TestApp, type TestImage } from '../support/app.ts';
import { rawRequest, sendRaw, statusesIn } from '../support/raw.ts';

let app: TestApp;
let secret: TestImage;
beforeAll(async () => {
  app = await startTestApp();
  const project = await app.createProject('secret');
  await app.createProject('open', { public: true });
  await app.createUser('stranger');
  await app.addMember(project, await app.createUser('keeper'), 1);
  ({ image: secret } = await pushImage(app, 'admin', 'secret/app', 'v1'));
  await pushImage(app, 'admin', 'open/app', 'v1');
});
afterAll(() => app.close());

const credentials = (as: string | undefined): Record<string, string> =>
  as === undefined ? {} : { Authorization: basic(as)['authorization'] ?? '' };

const raw = (as: string | undefined, method: string, target: string, headers: Record<string, string> = {}) =>
  sendRaw(app.url, rawRequest(method, target, { ...credentials(as), ...headers }));

test('S-012: however the catalog is spelled, only administrators get it', async () => {
  const spellings = [
    '/v2/_catalog',
    '/v2/_catalog/',
    '//v2/_catalog',
    '/v2//_catalog',
    '/v2/_catalog/.',
    '/v2/_catalog/..',
    '/v2/_catalog?',
    '/v2/_catalog?n=1',
    '/v2/%5fcatalog',
    '/v2/%5Fcatalog',
    '/V2/_catalog',
    '/v2/_CATALOG',
    '/v2/_catalog%2f',
    '/v2/_catalog;a',
    '/v2/./_catalog',
    '/api/../v2/_catalog',
    `${app.url}/v2/_catalog`,
  ];

  for (const spelling of spellings) {
    for (const as of [undefined, 'stranger']) {
      const answer = await raw(as, 'GET', spelling);

      expect([spelling, statusesIn(answer)[0]]).not.toEqual([spelling, 200]);
      expect(answer).not.toContain('"repositories"');
    }
  }
});

const climbs = [
  '/v2/open/app/../../secret/app',
  '/v2/open/../secret/app',
  '/v2/./secret/app',
  '/v2/open/app/%2e%2e/%2e%2e/secret/app',
  '/v2/open/app/.%2e/.%2e/secret/app',
  '/v2/open/app/..%2f..%2fsecret/app',
  '/v2/open/app%2f..%2f..%2fsecret/app',
  '/v2/open/app/..%5c..%5csecret/app',
  '/v2/open\\..\\secret/app',
  '/v2/open/app//../../secret/app',
  '/v2//secret/app',
  '/v2/open/app/..;/..;/secret/app',
  '/v2/open/app/%252e%252e/secret/app',
  '/v2/secret%00/app',
];

test.each(climbs)(
  'S-031: %s is 400 before anything is looked up, by every method and kind',
  async (climb) => {
    const [config] = secret.blobs;
    const ends = [
      ['GET', '/manifests/v1'],
      ['HEAD', `/manifests/${secret.digest}`],
      ['PUT', '/manifests/v1'],
      ['DELETE', `/manifests/${secret.digest}`],
      ['GET', `/blobs/${config?.digest}`],
      ['POST', '/blobs/uploads/'],
      ['GET', '/tags/list'],
      ['GET', `/referrers/${secret.digest}`],
    ] as const;
    const before = app.database.sent.count;

    const answers = await Promise.all(
      ends.map(([method, end]) => raw('stranger', method, climb + end, { 'Content-Length': '0' })),
    );

    expect(answers.map((answer) => statusesIn(answer)[0])).toEqual(ends.map(() => 400));
    expect(app.database.sent.count).toBe(before);
  },
);

test('S-031: the API takes no way around either', async () => {
  const straight = await raw('stranger', 'GET', '/api/v2.0/projects/open/repositories');
  expect(statusesIn(straight)).toEqual([200]);
  for (const path of [
    '/api/v2.0/projects/open/../secret',
    '/api/v2.0/projects/open/repositories/..%2f..%2fsecret',
    '/api/v2.0/projects/open/repositories/..%252f..%252fsecret%252fapp/artifacts',
    '/api/v2.0/projects/open%2f..%2fsecret',
    '/api/v2.0/projects/open/repositories/%2e%2e/%2e%2e/secret/repositories',
    '/api/v2.0/projects/open/repositories/app%252f..%252f..%252fsecret%252fapp/artifacts/v1',
  ]) {
    const answer = await raw('stranger', 'GET', path);

    expect([path, statusesIn(answer)[0] ?? 0]).not.toEqual([path, 200]);
    expect(statusesIn(answer)[0]).toBeLessThan(500);
    expect(answer).not.toContain(secret.digest);
  }
});

test('G-06: names made of the words that paths are made of are served as they are pushed', async () => {
  const names = [
    'open/manifests',
    'open/blobs',
    'open/blobs/uploads',
    'open/tags/list',
    'open/manifests/blobs/uploads',
    'open/referrers/tags',
    'open/v2/api',
  ];

  for (const name of names) {
    const { image, answer } = await pushImage(app, 'admin', name, 'tags');
    const pulled = await app.send('admin', { path: `/v2/${name}/manifests/tags` });
    const blob = await app.send('admin', { path: `/v2/${name}/blobs/${image.blobs[1]?.digest}` });

    expect([name, answer.status, pulled.status, blob.status]).toEqual([name, 201, 200, 200]);
    expect(pulled.body).toEqual(image.manifest);
  }
  const { body } = await app.send('admin', { path: '/v2/open/blobs/tags/list' });
  expect(JSON.parse(body.toString())).toEqual({ name: 'open/blobs', tags: ['tags'] });
});

const length = (text: string) => ({ 'Content-Length': text });
const chunked = { 'Transfer-Encoding': 'chunked' };
const hidden = 'GET /api/v2.0/ping HTTP/1.1\r\nHost: x\r\n\r\n';
const head = (lines: string, end = '\r\n') =>
  `POST /api/v2.0/projects HTTP/1.1${end}Host: x${end}${lines}${end}${end}`;

/** What two readers could cut into requests in different ways; after each comes one that must not be answered. */
const smuggled: readonly [what: string, bytes: string][] = [
  ['a length and chunks', `${head('Content-Length: 5\r\nTransfer-Encoding: chunked')}0\r\n\r\n${hidden}`],
  ['chunks and a length', `${head('Transfer-Encoding: chunked\r\nContent-Length: 5')}0\r\n\r\n${hidden}`],
  ['two lengths', `${head('Content-Length: 0\r\nContent-Length: 44')}${hidden}`],
  ['two lengths in one', `${head('Content-Length: 0, 44')}${hidden}`],
  ['an odd coding', `${head('Transfer-Encoding: xchunked')}0\r\n\r\n${hidden}`],
  [
    'chunks that are not the last coding',
    `${head('Transfer-Encoding: chunked, identity')}0\r\n\r\n${hidden}`,
  ],
  ['two codings', `${head('Transfer-Encoding: chunked\r\nTransfer-Encoding: x')}0\r\n\r\n${hidden}`],
  ['a blank before the colon', `${head('Transfer-Encoding : chunked')}0\r\n\r\n${hidden}`],
  ['a folded header', `${head('X: a\r\n Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`],
  ['a negative length', `${head('Content-Length: -1')}${hidden}`],
  ['a length with a sign', `${head('Content-Length: +5')}${hidden}`],
  ['a hexadecimal length', `${head('Content-Length: 0x2c')}${hidden}`],
  ['a length of nothing', `${head('Content-Length:')}${hidden}`],
  ['a length of 2^63', `${head('Content-Length: 9223372036854775808')}${hidden}`],
  ['a length beyond 64 bits', `${head('Content-Length: 99999999999999999999')}${hidden}`],
  ['bare line feeds', `${head('Content-Length: 0', '\n')}${hidden}`],
  ['bare carriage returns', `${head('Content-Length: 0', '\r')}${hidden}`],
  ['a NUL in a header', `${head('X: a\0b')}${hidden}`],
  ['a chunk size that is none', `${head('Transfer-Encoding: chunked')}g\r\n\r\n${hidden}`],
  ['a chunk size with a sign', `${head('Transfer-Encoding: chunked')}-1\r\n\r\n${hidden}`],
  ['a chunk of 2^64', `${head('Transfer-Encoding: chunked')}10000000000000000\r\n\r\n${hidden}`],
  [
    'a chunk extension of 1 MB',
    `${head('Transfer-Encoding: chunked')}0;${'a'.repeat(1_000_000)}\r\n\r\n${hidden}`,
  ],
  ['a version of the future', `GET / HTTP/9.9\r\nHost: x\r\n\r\n${hidden}`],
  ['no version', `GET /\r\n\r\n${hidden}`],
  ['no host', `GET /api/v2.0/ping HTTP/1.1\r\n\r\n${hidden}`],
  ['a header of 64 KiB', `${head(`X: ${'a'.repeat(65_536)}`)}${hidden}`],
  ['a method in small letters', `get /api/v2.0/ping HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`],
];

test.each(smuggled)('G-10: %s: what follows on the connection is not answered', async (_what, bytes) => {
  const received = await sendRaw(app.url, bytes);

  expect(received).not.toContain('Pong');
  expect(statusesIn(received).every((status) => status >= 400 && status < 500)).toBe(true);
  expect(statusesIn(received).length).toBeLessThanOrEqual(1);
});

test('G-20: a length that lies takes no memory, and is refused unread where it is too large', async () => {
  const admin = credentials('admin');
  const json = { ...admin, 'Content-Type': 'application/json' };
  const before = process.memoryUsage().rss;

  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      i % 2 === 0
        ? sendRaw(app.url, rawRequest('POST', '/api/v2.0/projects', { ...json, ...length('1000000000') }))
        : sendRaw(
            app.url,
            rawRequest('PUT', '/v2/open/app/manifests/x', { ...admin, ...length('10737418240') }),
          ),
    ),
  );

  expect(answers.map((answer) => statusesIn(answer)[0])).toEqual(answers.map(() => 413));
  expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
});

test.each([
  ['with its length', {}],
  ['in chunks', chunked],
])(
  'S-048, S-124: a manifest of a byte too much is 413 %s, and one of exactly the limit is judged',
  async (_, how) => {
    const limit = 4 * 1024 * 1024;
    const push = (size: number) =>
      app.send('admin', {
        method: 'PUT',
        path: '/v2/open/app/manifests/large',
        headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
        body: Buffer.alloc(size, ' '),
        chunked: 'Transfer-Encoding' in how,
      });

    const answers = [await push(limit), await push(limit + 1)];

    expect(answers.map(({ status, code }) => [status, code])).toEqual([
      [400, 'MANIFEST_INVALID'],
      [413, 'REQUEST_ENTITY_TOO_LARGE'],
    ]);
  },
);

test.each([
  ['/api/v2.0/projects', 'POST', 'application/json'],
  ['/api/v2.0/users', 'POST', 'application/json'],
  ['/c/login', 'POST', 'application/x-www-form-urlencoded'],
])('S-124: a body beyond the limit of %s is refused, not passed on unread', async (path, method, type) => {
  const { headers } = await app.send(undefined, { path: '/c/log_out' });
  const csrf = {
    cookie: (headers['set-cookie'] ?? '').split(';')[0] ?? '',
    'x-harbor-csrf-token': headers['x-harbor-csrf-token'] ?? '',
  };

  const answer = await app.send('admin', {
    method,
    path,
    headers: { 'content-type': type, ...(path.startsWith('/c/') && csrf) },
    body: `{"project_name":"too-large","x":"${'a'.repeat(1024 * 1024)}"}`,
  });

  expect(answer.status).toBe(413);
});

test('S-061: ids of jobs, runs and workers are no paths', async () => {
  const ids = ['..%2f..%2fetc%2fpasswd', '%2e%2e', 'a%00b', 'x'.repeat(1_000), '1%27--', '%5c..%5cx', '-1'];
  const paths = ids.flatMap((id) => [
    `/api/v2.0/jobservice/jobs/${id}/log`,
    `/api/v2.0/system/gc/${id}/log`,
    `/api/v2.0/system/purgeaudit/${id}/log`,
    `/api/v2.0/jobservice/executions/${id}/events`,
  ]);

  const answers = await Promise.all(paths.map((path) => raw('admin', 'GET', path)));

  expect(answers.map((answer) => [400, 404, 422].includes(statusesIn(answer)[0] ?? 0))).toEqual(
    paths.map(() => true),
  );
  expect(answers.join('')).not.toContain('root:');
});

test('S-135: there is no upload by form, and no chart API whose file names could be paths', async () => {
  const form =
    '--b\r\nContent-Disposition: form-data; name="chart"; filename="../../x"\r\n\r\nx\r\n--b--\r\n';

  const answers = await Promise.all(
    ['/api/chartrepo/open/charts', '/chartrepo/open/charts', '/api/v2.0/projects'].map((path) =>
      app.send('admin', {
        method: 'POST',
        path,
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: form,
      }),
    ),
  );

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 415]);
});

test('G-23: five hundred idle connections leave room for everybody else', async () => {
  const { connect } = await import('node:net');
  const { port } = new URL(app.url);
  const sockets = Array.from({ length: 500 }, () => connect(Number(port), '127.0.0.1').on('error', () => 0));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  for (const socket of sockets) socket.write('GET /v2/ HTTP/1.1\r\nHost: x\r\nX-Slow: ');

  const began = performance.now();
  const health = await app.send(undefined, { path: '/api/v2.0/health' });
  const took = performance.now() - began;

  for (const socket of sockets) socket.destroy();
  expect(health.status).toBe(200);
  // Unfinished heads are cut after 30 s.
  expect(took).toBeLessThan(10_000);
});
