/**
 * The OCI distribution-spec conformance runner against a whole server.
 *
 * The runner is the one of the specification's main branch (redesigned in April 2026; the pinned commit is in
 * tools/install-clients.sh). It makes requests of every kind, writes junit.xml and results.yaml, and calls a
 * feature `Skip` when the registry answered that it does not have it, `Disabled` when it was switched off.
 *
 * OCI_VERSION=dev is the specification 1.1 and what its main branch adds: cancelling an upload, the
 * Docker-Content-Digest header required on blobs and manifests, and manifest PUT by digest with `tag`
 * parameters. Everything else is on by default, anonymous mount and sha512 included. Only OCI_DATA_SPARSE
 * stays off: manifests whose blobs or children are missing are refused here on purpose.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  createProject,
  createRobot,
  startRegistry,
  type Credentials,
  type Registry,
} from '#test/support/clients-registry.ts';
import { storageUrl } from '#test/support/clients-s3.ts';
import { obstacle, run, workplace, type Workplace } from '#test/support/clients.ts';
import { startS3 } from '#test/support/s3.ts';

interface Results {
  apis: Record<string, string>;
  data: Record<string, string>;
}

interface Report {
  /** One line for each test that did not pass: its name, status, and what the runner says about it. */
  notPassed: string[];
  passed: number;
  results: Results;
}

interface Setting {
  title: string;
  /** Programs besides the runner. */
  programs: readonly string[];
  start(): Promise<Registry>;
  caller(registry: Registry): Credentials | Promise<Credentials>;
}

const started: { stop(): Promise<unknown> }[] = [];

const settings: readonly Setting[] = [
  {
    title: 'the admin, blobs on disk',
    programs: [],
    start: () => startRegistry(),
    caller: ({ admin }) => admin,
  },
  {
    title: 'a robot of the project, blobs on disk',
    programs: [],
    start: () => startRegistry(),
    caller: (registry) => createRobot(registry, 'conformance', 'runner', ['pull', 'push', 'delete']),
  },
  {
    title: 'the admin, blobs on S3',
    programs: ['versitygw'],
    async start() {
      const s3 = await startS3();
      started.push(s3);
      // A redirect would make the bucket answer, which knows nothing of the required Docker-Content-Digest.
      return startRegistry({ MOORAGE_STORAGE: storageUrl(s3, { redirect: false }) });
    },
    caller: ({ admin }) => admin,
  },
];

describe.each(settings)('OCI conformance: $title', ({ title, programs, start, caller }) => {
  const reason = obstacle(['conformance', ...programs]);
  const note = reason === undefined ? '' : ` [skipped: ${reason}]`;
  let report: Report;

  beforeAll(async () => {
    if (reason !== undefined) return;
    const registry = await start();
    started.unshift(registry);
    await createProject(registry, 'conformance', { public: false });
    const place = await workplace(registry.host);
    report = await conformance(place, registry, await caller(registry), title.replaceAll(/\W+/g, '-'));
    await place.leave();
    const { passed, notPassed } = report;
    console.log(`OCI conformance, ${title}: ${passed} passed, ${notPassed.length} not passed`);
  }, 150_000);

  afterAll(async () => {
    for (const server of started.splice(0)) await server.stop();
  });

  test.skipIf(reason !== undefined)(`every test passes, none is skipped${note}`, () => {
    expect(report.notPassed).toEqual([]);
    // 793 when this was written; far fewer would mean that the runner stopped early.
    expect(report.passed).toBeGreaterThan(700);
  });

  test.skipIf(reason !== undefined)(
    `every API and kind of data is used, sparse manifests aside${note}`,
    () => {
      const { apis, data } = report.results;
      const exceptions = Object.entries({ ...apis, ...data }).filter(([, status]) => status !== 'Pass');

      expect(exceptions).toEqual([['Sparse Manifests', 'Disabled']]);
      expect(Object.keys(apis).length).toBeGreaterThanOrEqual(28);
      expect(Object.keys(data).length).toBeGreaterThanOrEqual(24);
    },
  );
});

/**
 * Runs the suite in two repositories of their own and reads what it wrote. The reports stay in .tmp/: the
 * runner's report.html shows every request and answer.
 */
async function conformance(
  place: Workplace,
  registry: Registry,
  { user, password }: Credentials,
  name: string,
): Promise<Report> {
  const results = join(import.meta.dirname, '../../.tmp/conformance', name);
  await rm(results, { recursive: true, force: true });
  Object.assign(place.env, {
    OCI_VERSION: 'dev',
    OCI_REGISTRY: registry.host,
    OCI_TLS: 'disabled',
    OCI_REPO1: 'conformance/one',
    OCI_REPO2: 'conformance/two',
    OCI_USERNAME: user,
    OCI_PASSWORD: password,
    OCI_RESULTS_DIR: results,
    OCI_LOG: 'error',
  });
  // Its exit code is 1 for any failure or skip, which the reports tell in more detail.
  const { stderr } = await run(place, 'conformance', [], { seconds: 100 });
  const junit = await readFile(join(results, 'junit.xml'), 'utf8').catch(() => {
    throw new Error(`the conformance runner wrote no report: ${stderr}`);
  });
  const cases = [
    ...junit.matchAll(/<testcase name="([^"]*)"[^>]*? status="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs),
  ];
  const bad = cases.filter(([, , status]) => status !== 'passed');
  return {
    passed: cases.length - bad.length,
    notPassed: bad.map(([, test, status, body = '']) => `${test}: ${status}: ${unescaped(outputOf(body))}`),
    results: parse(await readFile(join(results, 'results.yaml'), 'utf8')) as Results,
  };
}

function outputOf(body: string): string {
  return /<system-out>(.*?)<\/system-out>/s.exec(body)?.[1] ?? '';
}

function unescaped(text: string): string {
  const names: Record<string, string> = {
    lt: '<',
    gt: '>',
    quot: '"',
    amp: '&',
    '#34': '"',
    '#39': "'",
    '#xA': '\n',
  };
  return text.replaceAll(/&(#?\w+);/g, (whole, name: string) => names[name] ?? whole);
}
