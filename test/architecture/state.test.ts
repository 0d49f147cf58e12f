import { expect, test } from 'vitest';
import { planted, readModules } from './modules.ts';
import { stateViolations } from './state.ts';

test('no module keeps state', () => {
  const modules = readModules('src');

  expect(modules.length).toBeGreaterThan(100);
  expect(stateViolations(modules)).toEqual([]);
});

test.each([
  'let started = false;',
  'export let started = false;',
  'var pool;',
  'const cache = new Map();',
  'export const cache = new Map<string, number>([["a", 1]]);',
  'const seen = new Set() satisfies Set<string>;',
  'const client = new S3Client({});',
  'const queue: string[] = [];',
  'const cache: Record<string, string> = {};',
  'const cache = {} as Record<string, string>;',
  "const table = { a: 1 }; export function put() { table['b'] = 2; }",
  'const table = { inner: { a: 1 } }; export const put = () => table.inner.a++;',
  "const list = ['a']; export function put() { list.push('b'); }",
  "const table = { a: 1 }; export function drop() { delete table['a']; }",
  'export class Pool { static open = 0; }',
  'export class Pool { static readonly all = new Map(); }',
])('%s is refused', (text) => {
  expect(stateViolations(planted({ 'src/oci/x.ts': text }))).toHaveLength(1);
});

test.each([
  'const pattern = new RegExp("a");',
  "const codes: ReadonlySet<string> = new Set(['a']);",
  'const none: readonly string[] = [];',
  'const table = { a: 1 } as const satisfies Record<string, number>;',
  'const request = new AsyncLocalStorage<string>();',
  'export function make() { let count = 0; const seen = new Map(); seen.set(1, count++); return seen; }',
  'export class Pool { private readonly open = new Map(); static readonly limit = 5; }',
])('%s is allowed', (text) => {
  expect(stateViolations(planted({ 'src/oci/x.ts': text }))).toEqual([]);
});

test('tests and suites may keep what their hooks fill', () => {
  expect(stateViolations(planted({ 'src/oci/x.db.test.ts': 'let db;' }))).toEqual([]);
});
