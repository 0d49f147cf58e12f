import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTarget, type TestTarget } from '#src/features/webhooks/target.fixture.ts';
import { basic, makeImage, pushImage } from '../support/app.ts';
import { administrator, faultServer } from '../support/faults-check.ts';
import { long, type Random, randomFrom, report, seedOf } from '../support/faults-random.ts';
import { request } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const events = long ? 10_000 : 150;
const writers = 8;
const failing = 0.3;
/** Pauses between tries double: after the seventh failure they are 128 s, and one event in 4,600 would have seven. */
const mostFailures = 3;

let data: string;
let server: RunningServer | undefined;
let target: TestTarget | undefined;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'moorage-webhooks-'));
  // As root, PostgreSQL runs as another user, who must be able to pass.
  await chmod(data, 0o711);
});

afterEach(async () => {
  target?.close();
  await server?.stop();
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

async function start(): Promise<void> {
  const env = { ...faultServer, MOORAGE_OUTGOING_ALLOW: '127.0.0.1' };
  server = await startServer({ data, env });
}

const send = (as: string | undefined, call: Parameters<typeof request>[1]) =>
  request(server?.url ?? '', { ...call, headers: { ...basic(as ?? administrator), ...call.headers } });

async function create(path: string, body: object): Promise<void> {
  const answer = await send(administrator, {
    method: 'POST',
    path: `/api/v2.0${path}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.body.toString()}`);
}

/** Projects of which only `told` has a policy that listens to pushes. */
async function furnish(address: string): Promise<void> {
  const listening = {
    told: [true, 'PUSH_ARTIFACT'],
    off: [false, 'PUSH_ARTIFACT'],
    other: [true, 'DELETE_ARTIFACT'],
  };
  for (const [name, [enabled, type]] of Object.entries(listening)) {
    await create('/projects', { project_name: name });
    const policy = { name: 'p', enabled, event_types: [type], targets: [{ type: 'http', address }] };
    await create(`/projects/${name}/webhook/policies`, policy);
  }
}

interface Pushed {
  /** Tags whose push was answered with 201: these must be told. */
  readonly acknowledged: Set<string>;
  /** Tags whose push was sent: no others may be told. */
  readonly sent: Set<string>;
}

/** Sets tags on one image of each project, one push each, until there are enough; a killed server is waited for. */
async function push(image: ReturnType<typeof makeImage>, pushed: Pushed): Promise<void> {
  const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
  const write = async (writer: number) => {
    for (let n = 0; pushed.acknowledged.size < events; n++) {
      const tag = `t-${writer}-${n}`;
      const project = n % 10 === 8 ? 'off' : n % 10 === 9 ? 'other' : 'told';
      if (project === 'told') pushed.sent.add(tag);
      const path = `/v2/${project}/a/manifests/${tag}`;
      try {
        const { status } = await send(administrator, { method: 'PUT', path, headers, body: image.manifest });
        if (status === 201 && project === 'told') pushed.acknowledged.add(tag);
      } catch {
        await delay(50);
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
}

/** Answers 500 to a share of what it gets; knows what it took, and how often. */
async function unreliableTarget(random: Random) {
  const taken = new Map<string, number>();
  const failed = new Map<string, number>();
  const strange: string[] = [];
  const started = await startTarget((response, { body }) => {
    const tag: string = body.event_data.resources[0].tag;
    const failures = failed.get(tag) ?? 0;
    if (random.chance(failing) && failures < mostFailures) {
      failed.set(tag, failures + 1);
      return void response.writeHead(500).end();
    }
    taken.set(tag, (taken.get(tag) ?? 0) + 1);
    if (body.type !== 'PUSH_ARTIFACT' || body.event_data.repository.namespace !== 'told') strange.push(tag);
    response.end();
  });
  return { started, taken, strange };
}

test('every event is told and no other, though the target fails and the server is killed twice', async () => {
  const random = randomFrom(seedOf('webhooks'));
  const { started, taken, strange } = await unreliableTarget(random);
  target = started;
  await start();
  await furnish(`${target.url}/hook`);
  const image = makeImage();
  for (const project of ['told', 'off', 'other'])
    await pushImage({ send }, administrator, `${project}/a`, 'first', image);
  const pushed: Pushed = { acknowledged: new Set(['first']), sent: new Set(['first']) };

  const pushing = push(image, pushed);
  for (const share of [0.3, 0.7]) {
    while (taken.size < events * share) await delay(20);
    await server?.kill9();
    await start();
  }
  await pushing;
  const missing = () => [...pushed.acknowledged].filter((tag) => !taken.has(tag));
  while (missing().length > 0) await delay(100);

  const twice = [...taken.values()].reduce((sum, count) => sum + count - 1, 0);
  report(`${pushed.acknowledged.size} events told in ${started.received.length} tries, ${twice} twice`);
  expect(strange).toEqual([]);
  expect([...taken.keys()].filter((tag) => !pushed.sent.has(tag))).toEqual([]);
  expect(pushed.acknowledged.size).toBeGreaterThanOrEqual(events);
  // Only what was on its way when the server was killed may come again.
  expect(twice).toBeLessThanOrEqual(2 * 8);
});
