import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ModelFiles } from '#test/support/model-files.ts';
import { drain, soon, store } from './driver.suite.ts';
import { FilesystemDriver } from './filesystem.ts';

async function stored(
  bytes: Buffer,
): Promise<{ files: ModelFiles; driver: FilesystemDriver; location: string }> {
  const files = new ModelFiles();
  const driver = new FilesystemDriver('/data/storage', files);
  await driver.probe();
  return { files, driver, location: await store(driver, bytes) };
}

test('the next buffer is being filled while the caller has one, and a third is never made', async () => {
  const bytes = randomBytes(3_000_000);
  const { files, driver, location } = await stored(bytes);
  const start = files.calls.length;
  const reader = await driver.read(location, { start: 0, end: bytes.length - 1 }, soon());
  const memories = new Set<ArrayBufferLike>();

  const first = await reader.next();
  const copy = Buffer.from(first ?? '');
  const readsWhileHeld = files.calls.slice(start).filter((call) => call.startsWith('read')).length;
  for (let chunk = first; chunk; chunk = await reader.next()) memories.add(chunk.buffer);
  await reader.close();

  expect(copy.equals(bytes.subarray(0, 512 * 1024))).toBe(true);
  expect(readsWhileHeld).toBe(2);
  expect(memories.size).toBe(2);
});

test('a small object comes in one buffer of its size', async () => {
  const bytes = randomBytes(1_000);
  const { driver, location } = await stored(bytes);
  const reader = await driver.read(location, { start: 0, end: 999 }, soon());

  const chunk = await reader.next();

  expect(chunk?.buffer.byteLength).toBe(1_000);
  expect(await reader.next()).toBeUndefined();
  await reader.close();
});

test('a file system that gives less than asked for is asked again', async () => {
  const bytes = randomBytes(1_500_000);
  const { files, driver, location } = await stored(bytes);
  const read = files.read.bind(files);
  files.read = (fd, buffer, length, position) => read(fd, buffer, Math.ceil(length / 2), position);

  const found = await drain(await driver.read(location, { start: 5, end: bytes.length - 1 }, soon()));

  expect(found.equals(bytes.subarray(5))).toBe(true);
});

test('a file cut short while it is read ends in an error', async () => {
  const bytes = randomBytes(2_000_000);
  const { files, driver, location } = await stored(bytes);
  const reader = await driver.read(location, { start: 0, end: bytes.length - 1 }, soon());
  await reader.next();
  const fd = await files.open(`/data/storage/${location}`, 0);
  await files.truncate(fd, 600_000);

  await expect(drain(reader)).rejects.toThrow(/ends at byte \d+; 2000000 were to be read/);
});

test('a read error is thrown as it is', async () => {
  const { files, driver, location } = await stored(randomBytes(1_000));
  files.before = (call) => {
    if (call.startsWith('read')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  };

  await expect(drain(await driver.read(location, { start: 0, end: 999 }, soon()))).rejects.toThrow('EIO');

  expect(files.openFiles).toBe(0);
});

test('a reader waits no longer than its signal says, and closes only when its read has ended', async () => {
  const { files, driver, location } = await stored(randomBytes(1_000));
  const gate = Promise.withResolvers<void>();
  const read = files.read.bind(files);
  files.read = async (...args) => {
    await gate.promise;
    return read(...args);
  };
  const client = new AbortController();
  const reader = await driver.read(location, { start: 0, end: 999 }, client.signal);

  const waiting = reader.next();
  client.abort(new Error('the client left'));
  await expect(waiting).rejects.toThrow('the client left');
  const closing = reader.close();
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  expect(files.openFiles).toBe(1);
  gate.resolve();
  await closing;

  expect(files.openFiles).toBe(0);
});

test('a descriptor that arrives after the deadline is closed', async () => {
  const { files, driver, location } = await stored(randomBytes(1_000));
  const gate = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const open = files.open.bind(files);
  files.open = async (...args) => {
    await gate.promise;
    const fd = await open(...args);
    opened.resolve();
    return fd;
  };
  const client = new AbortController();
  const reading = driver.read(location, { start: 0, end: 999 }, client.signal);
  client.abort(new Error('the client left'));

  await expect(reading).rejects.toThrow('the client left');
  gate.resolve();
  await opened.promise;
  await expect.poll(() => files.openFiles).toBe(0);
});
