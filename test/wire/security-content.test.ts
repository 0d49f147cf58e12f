import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '#src/oci/digest.ts';
import { makeImage, pushBlob, pushImage, startTestApp, type TestApp } from '../support/app.ts';
import { randomFrom, seedOf } from '../support/faults-random.ts';
import type { HttpAnswer, HttpRequest } from '../support/http.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await app.createProject('other');
});
afterAll(() => app.close());

const send = (call: HttpRequest) => app.send('admin', call);
const statuses = (answers: readonly HttpAnswer[]) => answers.map(({ status }) => status);
const api = (path: string) => send({ path: `/api/v2.0${path}` });

function put(repository: string, reference: string, manifest: object | Buffer, type = manifestType) {
  return send({
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { 'content-type': type },
    body: Buffer.isBuffer(manifest) ? manifest : JSON.stringify(manifest),
  });
}

const described = (mediaType: string, bytes: Buffer) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

describe('G-07: a parameter that comes twice', () => {
  test('is refused by the API, whatever brackets it wears', async () => {
    const answers = await Promise.all(
      [
        '/projects?page=1&page=2',
        '/projects?page_size=1&page_size=2',
        '/projects?name=a&name=b',
        '/users/search?username=a&username=b',
        '/search?q=a&q=b',
      ].map(api),
    );
    const brackets = await api('/projects?page[]=2&q[x]=1');

    expect(statuses(answers).every((status) => status === 400 || status === 422)).toBe(true);
    expect(brackets.status).toBe(200);
  });

  test('names one thing alone in the data plane', async () => {
    const [one, two] = [randomBytes(20), randomBytes(20)];
    const path = `/v2/library/twice/blobs/uploads/?digest=${digestOf(one)}&digest=${digestOf(two)}`;

    const answer = await send({ method: 'POST', path, body: two });
    const heads = await Promise.all(
      [one, two].map((bytes) => send({ method: 'HEAD', path: `/v2/library/twice/blobs/${digestOf(bytes)}` })),
    );

    expect(answer.status).toBe(400);
    expect(statuses(heads)).toEqual([404, 404]);
  });
});

describe('G-12: chunks', () => {
  const begin = async () => {
    const { headers } = await send({ method: 'POST', path: '/v2/library/chunks/blobs/uploads/' });
    return headers['location'] ?? '';
  };
  const patch = (path: string, range: string | undefined, body: Buffer) =>
    send({ method: 'PATCH', path, headers: { ...(range && { 'content-range': range }) }, body });

  test.each([
    ['again', '0-9', 10],
    ['with a gap', '20-29', 10],
    ['overlapping', '5-14', 10],
    ['backwards', '9-0', 10],
    ['longer than what comes', '10-99', 10],
    ['shorter than what comes', '10-14', 10],
    ['of nothing', '10-9', 0],
    ['beyond every number', '10-99999999999999999999', 10],
  ])('that come %s are refused, and the upload goes on where it was', async (_what, range, size) => {
    const bytes = randomBytes(20);
    const upload = await begin();
    await patch(upload, '0-9', bytes.subarray(0, 10));

    const refused = await patch(upload, range, randomBytes(size));
    const status = await send({ path: upload });
    const end = await send({
      method: 'PUT',
      path: `${upload}?digest=${digestOf(bytes)}`,
      headers: { 'content-range': '10-19' },
      body: bytes.subarray(10),
    });

    expect([400, 416]).toContain(refused.status);
    expect(status.headers['range']).toBe('0-9');
    expect(end.status).toBe(201);
  });

  test('sent twice at once are taken once', async () => {
    const bytes = randomBytes(20);
    const upload = await begin();
    await patch(upload, '0-9', bytes.subarray(0, 10));

    const both = await Promise.all([1, 2].map(() => patch(upload, '10-19', bytes.subarray(10))));
    const end = await send({ method: 'PUT', path: `${upload}?digest=${digestOf(bytes)}` });

    expect(statuses(both).toSorted((a, b) => a - b)).toEqual([202, 416]);
    expect(end.status).toBe(201);
  });

  test('in any mix give exactly the bytes that were confirmed, or nothing', async () => {
    const random = randomFrom(seedOf('chunks in any order'));
    const upload = await begin();
    let model = Buffer.alloc(0);

    for (let step = 0; step < 150; step += 1) {
      const chunk = random.bytes(1 + random.below(40));
      const start = random.chance(0.6) ? model.length : random.below(model.length + 20);
      const { status } = await patch(upload, `${start}-${start + chunk.length - 1}`, chunk);
      expect(status).toBe(start === model.length ? 202 : 416);
      if (status === 202) model = Buffer.concat([model, chunk]);
    }
    const end = await send({ method: 'PUT', path: `${upload}?digest=${digestOf(model)}` });
    const got = await send({ path: `/v2/library/chunks/blobs/${digestOf(model)}` });

    expect(end.status).toBe(201);
    expect(got.body).toEqual(model);
  });
});

describe('G-16: digests of two algorithms', () => {
  const bytes = randomBytes(50);
  const sha512 = `sha512:${createHash('sha512').update(bytes).digest('hex')}`;

  test('name two objects, each asked for under its own name', async () => {
    const path = '/v2/library/algorithms/blobs/';
    const pushed = await send({ method: 'POST', path: `${path}uploads/?digest=${sha512}`, body: bytes });
    const asked = [sha512, digestOf(bytes), `sha256:${sha512.slice(7, 71)}`, `sha512:${sha512.slice(7, 71)}`];

    const answers = await Promise.all(asked.map((digest) => send({ path: path + digest })));

    expect(pushed.status).toBe(201);
    expect(statuses(answers)).toEqual([200, 404, 404, 400]);
  });

  test('are compared by the one that the last request names, and others are refused', async () => {
    const begin = (algorithm: string) =>
      send({
        method: 'POST',
        path: `/v2/library/algorithms/blobs/uploads/?digest-algorithm=${algorithm}`,
      });
    const { headers } = await begin('sha512');
    const upload = headers['location'] ?? '';
    await send({ method: 'PATCH', path: upload, body: bytes });

    const end = await send({ method: 'PUT', path: `${upload}?digest=${digestOf(bytes)}` });
    const odd = await Promise.all(['md5', 'sha1', 'SHA256', '..', ''].map(begin));

    expect(end.status).toBe(201);
    expect(odd.map(({ status, code }) => [status, code])).toEqual(odd.map(() => [400, 'DIGEST_INVALID']));
  });
});

describe('G-17: bytes of another digest than was said', () => {
  test('are refused in every form of upload, and nothing of them stays', async () => {
    const path = '/v2/library/mismatch/blobs/uploads/';
    const [bytes, said] = [randomBytes(30), digestOf(randomBytes(30))];
    const begun = async () => (await send({ method: 'POST', path })).headers['location'] ?? '';
    const [inPut, inPatch] = [await begun(), await begun()];
    await send({ method: 'PATCH', path: inPatch, body: bytes });

    const answers = [
      await send({ method: 'POST', path: `${path}?digest=${said}`, body: bytes }),
      await send({ method: 'PUT', path: `${inPut}?digest=${said}`, body: bytes }),
      await send({ method: 'PUT', path: `${inPatch}?digest=${said}` }),
    ];
    const heads = await Promise.all(
      [said, digestOf(bytes)].map((digest) =>
        send({ method: 'HEAD', path: `/v2/library/mismatch/blobs/${digest}` }),
      ),
    );
    const uploads = await Promise.all([inPut, inPatch].map((upload) => send({ path: upload })));

    expect(answers.map(({ status, code }) => [status, code])).toEqual(
      answers.map(() => [400, 'DIGEST_INVALID']),
    );
    expect(statuses([...heads, ...uploads])).toEqual([404, 404, 404, 404]);
  });

  test('are refused as a manifest, and the tag beside it does not move', async () => {
    const { image } = await pushImage(app, 'admin', 'library/mismatch', 'v1');
    const other = makeImage();
    for (const blob of other.blobs) await pushBlob(app, 'admin', 'library/mismatch', blob.bytes);

    const byDigest = await put('library/mismatch', image.digest, other.manifest);
    const beside = await put('library/mismatch', `${image.digest}?tag=v1`, other.manifest);
    const pulled = await send({ path: '/v2/library/mismatch/manifests/v1' });

    expect([byDigest.status, beside.status]).toEqual([400, 400]);
    expect(pulled.body).toEqual(image.manifest);
  });
});

describe('G-18: a manifest gives no right to what it names', () => {
  test('content of another project is as missing, and so are a list’s children', async () => {
    const { image } = await pushImage(app, 'admin', 'other/private', 'v1');
    const child = described(manifestType, image.manifest);

    const answers = [
      await put('library/thief', 'v1', image.manifest),
      await put(
        'library/thief',
        'list',
        { schemaVersion: 2, mediaType: indexType, manifests: [child] },
        indexType,
      ),
    ];
    const used = await app.database.db
      .selectFrom('project_blob as l')
      .innerJoin('blob as b', 'b.id', 'l.blob_id')
      .select('b.digest')
      .where('l.project_id', '=', 1)
      .where('b.digest', 'in', [image.digest, ...image.blobs.map(({ digest }) => digest)])
      .execute();

    expect(statuses(answers).every((status) => status === 404 || status === 400)).toBe(true);
    expect(answers.map(({ code }) => code)).toEqual(['MANIFEST_BLOB_UNKNOWN', expect.any(String)]);
    expect(used).toEqual([]);
  });
});

describe('G-19: referrers', () => {
  const note = (subject: object) => ({
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: 'application/vnd.example.note',
    config: described('application/vnd.oci.empty.v1+json', Buffer.from('{}')),
    layers: [],
    subject,
    annotations: { n: randomBytes(4).toString('hex') },
  });
  const listed = async (repository: string, digest: string) => {
    const { body } = await send({ path: `/v2/${repository}/referrers/${digest}` });
    return (JSON.parse(body.toString()) as { manifests: unknown[] }).manifests.length;
  };

  test('are of their own repository, and a missing subject is none', async () => {
    const { image } = await pushImage(app, 'admin', 'other/subject', 'v1');
    await pushBlob(app, 'admin', 'library/notes', Buffer.from('{}'));

    const pushed = await put('library/notes', 'note', note(described(manifestType, image.manifest)));

    expect(pushed.status).toBe(201);
    expect([
      await listed('other/subject', image.digest),
      await listed('library/notes', image.digest),
    ]).toEqual([0, 1]);
  });

  test('are counted from what refers, not from a fallback tag that somebody wrote', async () => {
    const { image } = await pushImage(app, 'admin', 'library/fallback', 'v1');
    const forged = {
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [described(manifestType, image.manifest)],
    };

    const pushed = await put('library/fallback', image.digest.replace(':', '-'), forged, indexType);

    expect(pushed.status).toBe(201);
    expect(await listed('library/fallback', image.digest)).toBe(0);
  });

  test('S-139: ten thousand of one subject come in pages, and pulling it takes no longer', async () => {
    const { image } = await pushImage(app, 'admin', 'library/many', 'v1');
    await pushBlob(app, 'admin', 'library/many', Buffer.from('{}'));
    const pushed = await put('library/many', 'note', note(described(manifestType, image.manifest)));
    const first = pushed.headers['docker-content-digest'] ?? '';
    await multiplyArtifact(first, 10_000);

    const began = performance.now();
    const page = await send({ path: `/v2/library/many/referrers/${image.digest}` });
    const pull = await send({ path: '/v2/library/many/manifests/v1' });
    const accessories = await api(
      '/projects/library/repositories/many/artifacts/v1/accessories?page_size=10',
    );
    const took = performance.now() - began;

    const { manifests } = JSON.parse(page.body.toString()) as { manifests: unknown[] };
    expect(statuses([page, pull, accessories])).toEqual([200, 200, 200]);
    expect(manifests.length).toBeLessThanOrEqual(1_000);
    expect(page.headers['link']).toContain('rel="next"');
    expect(took).toBeLessThan(5_000);
  });
});

/** Rows of artifacts like one that was pushed, under digests of their own. */
async function multiplyArtifact(digest: string, count: number): Promise<void> {
  const { db } = app.database;
  const { rows } = await sql<{ name: string }>`
    select column_name as name from information_schema.columns
    where table_name = 'artifact' and column_name not in ('id', 'digest') and is_generated = 'NEVER'`.execute(
    db,
  );
  const columns = sql.join(rows.map(({ name }) => sql.ref(name)));
  await sql`insert into artifact (digest, ${columns})
    select 'sha256:' || lpad(to_hex(n), 64, '0'), ${columns} from artifact, generate_series(1, ${count}) n
    where digest = ${digest}`.execute(db);
}

test('S-120: addresses in descriptors are data: nobody is asked there', async () => {
  const { createServer } = await import('node:http');
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const bytes = randomBytes(10);
  const config = Buffer.from('{}');
  for (const blob of [bytes, config]) await pushBlob(app, 'admin', 'library/urls', blob);

  const answer = await put('library/urls', 'v1', {
    schemaVersion: 2,
    mediaType: manifestType,
    config: described('application/vnd.oci.image.config.v1+json', config),
    layers: [
      {
        ...described('application/vnd.oci.image.layer.v1.tar', bytes),
        urls: [`http://127.0.0.1:${port}/layer`],
      },
    ],
  });
  const pulled = await send({ path: `/v2/library/urls/blobs/${digestOf(bytes)}` });
  await api('/projects/library/repositories/urls/artifacts/v1');

  server.close();
  expect([answer.status, pulled.status, asked]).toEqual([201, 200, 0]);
});

test('S-132: what a chart calls itself is shown as it is, and is never a path', async () => {
  const names = ['..', '.', '../../etc/passwd', '/', 'a\0b', 'x'.repeat(1_000), '__proto__', ''];

  for (const [i, name] of names.entries()) {
    const config = Buffer.from(JSON.stringify({ name, version: name, apiVersion: 'v2' }));
    const layer = randomBytes(30);
    for (const blob of [config, layer]) await pushBlob(app, 'admin', 'library/chart', blob);
    const pushed = await put('library/chart', `v${i}`, {
      schemaVersion: 2,
      mediaType: manifestType,
      config: described('application/vnd.cncf.helm.config.v1+json', config),
      layers: [described('application/vnd.cncf.helm.chart.content.v1.tar+gzip', layer)],
    });
    const shown = await api(`/projects/library/repositories/chart/artifacts/v${i}`);
    const list = await api('/projects/library/repositories/chart/artifacts');

    expect([name, pushed.status, shown.status, list.status]).toEqual([name, 201, 200, 200]);
    expect(shown.json<{ type: string }>().type).toBe('CHART');
  }
});
