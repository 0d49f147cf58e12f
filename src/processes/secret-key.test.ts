import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSecretKey } from './secret-key.ts';

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'moorage-key-'));
});

afterEach(() => rm(data, { recursive: true }));

test('a key is made once, for its owner only, and nothing else is left', async () => {
  const first = await loadSecretKey(data, undefined);
  const second = await loadSecretKey(data, undefined);

  expect(first).toHaveLength(32);
  expect(second).toEqual(first);
  expect((await stat(join(data, 'secret.key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(data)).toEqual(['secret.key']);
});

test('the content of the file, given as the setting elsewhere, is the same key', async () => {
  const made = await loadSecretKey(data, undefined);
  const content = (await readFile(join(data, 'secret.key'), 'utf8')).trim();

  const given = await loadSecretKey(join(data, 'elsewhere'), content);

  expect(given).toEqual(made);
});

test('replicas that start together on one folder agree on one key', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadSecretKey(data, undefined)));

  expect(new Set(keys.map(String)).size).toBe(1);
});

test('a file that was cut short is refused, not replaced', async () => {
  await writeFile(join(data, 'secret.key'), 'short\n');

  await expect(loadSecretKey(data, undefined)).rejects.toThrow(/has 5 characters; it needs 32/);

  expect(await readFile(join(data, 'secret.key'), 'utf8')).toBe('short\n');
});
