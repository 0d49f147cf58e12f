import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { version } from '#src/config/version.ts';
import { later } from '#src/features/later/index.ts';
import { openApiOf } from '#src/http/openapi.ts';
import { knownDifferences } from './contract-differences.ts';
import { differences, type HarborDocument, missing } from './contract.ts';
import { routes } from '#test/support/routes.ts';

const root = `${import.meta.dirname}/../..`;
const published = `${root}/../shared/contract/harbor-v2.json`;

const ours = openApiOf(routes, version);

const known = Object.keys(knownDifferences);

const pending: Record<string, string> = Object.assign({}, ...Object.values(later));

test('openapi.json is what the contracts say', () => {
  const text = readFileSync(`${root}/openapi.json`, 'utf8');

  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(ours)));
});

test('every operation has an id of its own', () => {
  const ids = routes.map(({ endpoint }) => endpoint.options.id);

  expect(new Set(ids).size).toBe(ids.length);
});

const reason = existsSync(published)
  ? ''
  : ' [skipped: ../shared/contract/harbor-v2.json, Harbor’s published interface, is not here]';

describe.skipIf(reason !== '')(`Harbor’s published interface${reason}`, () => {
  const harbor = () => JSON.parse(readFileSync(published, 'utf8')) as HarborDocument;

  test('is ours whole, but for the operations of later features', () => {
    console.info(
      listOf(`${Object.keys(pending).length} operations answer 501 until their feature comes`, later),
    );

    expect(missing(ours, harbor(), pending)).toEqual([]);
  });

  test('is ours, but for the differences that are known and have a reason', () => {
    const found = differences(ours, harbor());

    console.info(listOf(`${found.length} differences from Harbor`, knownDifferences));
    expect(found.filter((difference) => !known.some((one) => covers(one, difference)))).toEqual([]);
  });

  test('differs in everything that is listed as a difference', () => {
    const found = differences(ours, harbor());

    expect(known.filter((one) => !found.some((difference) => covers(one, difference)))).toEqual([]);
  });

  test('is really read: an operation that were different would be found', () => {
    const document = harbor();
    const project = document.definitions['Project'];
    if (project?.properties) project.properties['brand_new'] = { type: 'string', absentWhen: 'never' };

    expect(differences(ours, document)).toContain('getProject: answer.brand_new is missing');
  });

  test('is really read: an operation that nobody answers would be found', () => {
    const document = harbor();
    document.operations.push({
      operationId: 'brandNew',
      method: 'GET',
      path: '/new',
      params: [],
      responses: {},
    });

    expect(
      missing(ours, document, { ...pending, getScanner: 'GET /elsewhere', getProject: 'GET /x' }),
    ).toEqual(
      expect.arrayContaining([
        'brandNew: is missing',
        'getScanner: is later, and no GET /elsewhere there',
        'getProject: is both here and later',
      ]),
    );
  });
});

test('a star stands for one member', () => {
  expect(covers('a: answer.* is missing', 'a: answer.b is missing')).toBe(true);
  expect(covers('a: answer.* is missing', 'a: answer.b.c is missing')).toBe(false);
  expect(covers('a: answer.* is missing', 'aa: answer.b is missing')).toBe(false);
});

test('every difference has its reason', () => {
  for (const [difference, why] of Object.entries(knownDifferences)) {
    expect([difference, why.length > 20]).toEqual([difference, true]);
  }
});

function covers(one: string, difference: string): boolean {
  const [before = '', after] = one.split('*');
  if (after === undefined) return one === difference;
  const between = difference.slice(before.length, difference.length - after.length);
  return difference.startsWith(before) && difference.endsWith(after) && /^\w+$/.test(between);
}

function listOf(title: string, lines: Readonly<Record<string, string | object>>): string {
  const text = (value: string | object) =>
    typeof value === 'string' ? value : Object.keys(value).join(', ');
  return [`${title}:`, ...Object.entries(lines).map(([name, value]) => `  ${name}: ${text(value)}`)].join(
    '\n',
  );
}
