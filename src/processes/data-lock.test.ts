import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dataInUse, tryLockData } from './data-lock.ts';

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'moorage-lock-'));
});

afterEach(() => rm(data, { recursive: true }));

test('a locked folder cannot be locked again until it is released', () => {
  const first = tryLockData(data);

  const second = tryLockData(data);
  first?.release();
  const third = tryLockData(data);

  expect(second).toBeUndefined();
  expect(third).toBeDefined();
  third?.release();
});

test('the refusal names the folder, the process that has it and the remedy', () => {
  const lock = tryLockData(data);

  const message = dataInUse(data);

  expect(message).toContain(`${data} is in use by process ${process.pid} on `);
  expect(message).toContain('MOORAGE_DATA');
  lock?.release();
});

test('a refused process leaves the name of the holder as it is', () => {
  const lock = tryLockData(data);
  const before = readFileSync(join(data, 'moorage.pid'), 'utf8');

  tryLockData(data);

  expect(readFileSync(join(data, 'moorage.pid'), 'utf8')).toBe(before);
  lock?.release();
  expect(existsSync(join(data, 'moorage.pid'))).toBe(false);
});

test('a folder that is not there is an error of its own, not a lock held by somebody', () => {
  expect(() => tryLockData(join(data, 'missing'))).toThrow(/cannot be locked: it must exist, be writable/);
});
