import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { digestOf, driverSuite, fetchBytes, send, soon, store } from './driver.suite.ts';
import { MemoryDriver } from './memory.ts';

driverSuite('memory', async () => {
  const driver = new MemoryDriver();
  // One map is the whole backend: a second process is the same driver.
  return { open: async () => driver, end: async () => {} };
});

test('a crash takes what was not confirmed, and nothing else', async () => {
  const driver = new MemoryDriver();
  const location = await store(driver, Buffer.from('committed'));
  const draft = await send(driver, driver.begin(), Buffer.from('confirmed'));
  const writer = await driver.append(draft, { takeover: false, signal: soon() });
  await writer.write(Buffer.from(' and lost'));

  driver.crash();

  await expect(writer.close()).rejects.toThrow('crashed');
  expect((await fetchBytes(driver, location, 0, 8)).toString()).toBe('committed');
  const after = await driver.commit(draft, digestOf(Buffer.from('confirmed')), soon());
  expect((await fetchBytes(driver, after, 0, 8)).toString()).toBe('confirmed');
});

test('it holds no more than its limit', async () => {
  const driver = new MemoryDriver(1_000);
  await store(driver, Buffer.alloc(900));

  await expect(store(driver, Buffer.alloc(200))).rejects.toThrow('full');
});
