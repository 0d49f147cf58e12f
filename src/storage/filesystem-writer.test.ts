import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ModelFiles } from '#test/support/model-files.ts';
import { fetchBytes, send, soon, store } from './driver.suite.ts';
import type { Files } from './files.ts';
import { FilesystemDriver } from './filesystem.ts';

const MiB = 1 << 20;

async function openDriver(files: Files): Promise<FilesystemDriver> {
  const driver = new FilesystemDriver('/data/storage', files);
  await driver.probe();
  return driver;
}

/** A model whose writes wait until they are let through, and are noted. */
function slowFiles(): { files: ModelFiles; sizes: number[]; atOnce: number[]; letGo: () => void } {
  const files = new ModelFiles();
  const write = files.write.bind(files);
  const gate = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const atOnce: number[] = [];
  let running = 0;
  files.write = async (fd, buffers, position) => {
    atOnce.push(++running);
    sizes.push(buffers.reduce((sum, each) => sum + each.length, 0));
    if (sizes.length > 1) await gate.promise; // the first write is the probe's
    const written = await write(fd, buffers, position);
    running--;
    return written;
  };
  return { files, sizes, atOnce, letGo: () => gate.resolve() };
}

test('a writer holds about 4 MiB, then makes its caller wait', async () => {
  const { files, letGo } = slowFiles();
  const driver = await openDriver(files);
  const writer = await driver.append(driver.begin(), { takeover: false, signal: soon() });

  let accepted = 0;
  let full: Promise<void> | undefined;
  while (full === undefined && accepted < 64 * MiB) {
    full = writer.write(Buffer.alloc(64 * 1024));
    accepted += 64 * 1024;
  }
  letGo();
  await full;

  expect(accepted).toBeGreaterThan(4 * MiB);
  expect(accepted).toBeLessThanOrEqual(4 * MiB + 64 * 1024);
  expect(await writer.close()).toMatchObject({ size: accepted });
});

test('chunks that arrive during a write make up the next one, of 1 MiB at most, one at a time', async () => {
  const { files, sizes, atOnce, letGo } = slowFiles();
  const driver = await openDriver(files);
  const writer = await driver.append(driver.begin(), { takeover: false, signal: soon() });

  for (let count = 0; count < 48; count++) void writer.write(Buffer.alloc(64 * 1024));
  letGo();
  await writer.close();

  expect(sizes.slice(1)).toEqual([64 * 1024, MiB, MiB, MiB - 64 * 1024]);
  expect(Math.max(...atOnce)).toBe(1);
});

test('a file system that takes only a part of each write gets the rest', async () => {
  const files = new ModelFiles();
  const write = files.write.bind(files);
  files.write = (fd, buffers, position) => {
    const bytes = Buffer.concat(buffers);
    return write(fd, [bytes.subarray(0, Math.ceil(bytes.length / 3))], position);
  };
  const driver = await openDriver(files);
  const bytes = randomBytes(300_000);

  const location = await store(driver, bytes);

  expect((await fetchBytes(driver, location, 0, bytes.length - 1)).equals(bytes)).toBe(true);
});

test('a write that fails is told to the writer that waits, to the next one, and to close', async () => {
  const { files, letGo } = slowFiles();
  const driver = await openDriver(files);
  const draft = driver.begin();
  const writer = await driver.append(draft, { takeover: false, signal: soon() });
  let waiting: Promise<void> | undefined;
  for (let count = 0; count < 64 && !waiting; count++) waiting = writer.write(Buffer.alloc(MiB));
  files.before = (call) => {
    if (call.startsWith('write')) throw Object.assign(new Error('ENOSPC: disk full'), { code: 'ENOSPC' });
  };
  letGo();

  await expect(waiting).rejects.toThrow('ENOSPC');
  await expect(writer.write(Buffer.alloc(1))).rejects.toThrow('ENOSPC');
  await expect(writer.close()).rejects.toThrow('ENOSPC');
  expect(files.openFiles).toBe(0);
  files.before = () => {};
  await expect(files.stat(`/data/storage/${draft.key}`)).rejects.toThrow('ENOENT');
});

test('a failed write leaves a draft as it was confirmed', async () => {
  const files = new ModelFiles();
  const driver = await openDriver(files);
  const draft = await send(driver, driver.begin(), Buffer.from('kept'));
  const writer = await driver.append(draft, { takeover: false, signal: soon() });
  await writer.write(Buffer.alloc(1000));
  files.before = (call) => {
    if (call.startsWith('write')) throw Object.assign(new Error('ENOSPC: disk full'), { code: 'ENOSPC' });
  };
  void writer.write(Buffer.alloc(1000));

  await expect(writer.close()).rejects.toThrow('ENOSPC');

  files.before = () => {};
  expect((await files.stat(`/data/storage/${draft.key}`)).size).toBe(4);
});

test('two requests of one process cannot write one draft', async () => {
  const driver = await openDriver(new ModelFiles());
  const draft = await send(driver, driver.begin(), Buffer.from('x'));
  const writer = await driver.append(draft, { takeover: false, signal: soon() });

  await expect(driver.append(draft, { takeover: false, signal: soon() })).rejects.toThrow('another request');
  await expect(driver.commit(draft, `sha256:${'0'.repeat(64)}`, soon())).rejects.toThrow(
    'still being written',
  );

  await writer.abort();
  await expect(driver.commit(draft, `sha256:${'0'.repeat(64)}`, soon())).resolves.toContain('blobs/');
});
