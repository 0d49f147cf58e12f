import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ModelFiles, seeded } from '#test/support/model-files.ts';
import { type BlobDriver, type Draft, DraftLost, NoSuchObject } from './driver.ts';
import { all, digestOf, fetchBytes, send, soon, store } from './driver.suite.ts';
import { FilesystemDriver } from './filesystem.ts';

/** What callers were told: these bytes are committed there, or confirmed in that draft. */
interface Told {
  committed: Map<string, Buffer>;
  confirmed: Map<Draft, Buffer>;
}

async function openDriver(files: ModelFiles): Promise<FilesystemDriver> {
  const driver = new FilesystemDriver('/data/storage', files);
  await driver.probe();
  return driver;
}

/** Uploads in two processes at once, into few folders, so that they make them and sync them together. */
async function work(drivers: readonly BlobDriver[], told: Told): Promise<void> {
  const upload = async (driver: BlobDriver, index: number) => {
    const bytes = Buffer.from(`content ${index} `.repeat(20));
    const half = bytes.length / 2;
    const first = await send(driver, driver.begin(), bytes.subarray(0, half));
    told.confirmed.set(first, bytes.subarray(0, half));
    const takeover = index % 2 === 0;
    const writer = await driver.append(first, { takeover, signal: soon() });
    await writer.write(Buffer.from(bytes.subarray(half)));
    const whole = await writer.close();
    told.confirmed.set(whole, bytes);
    const digest = `sha256:${'ab'.repeat(1 + (index % 3))}${digestOf(bytes).slice(-62 + 2 * (index % 3))}`;
    told.confirmed.delete(first);
    const committing = driver.commit(whole, digest, soon());
    told.confirmed.delete(whole);
    told.committed.set(await committing, bytes);
  };
  await Promise.allSettled(
    drivers.flatMap((driver, process) => [0, 1, 2].map((index) => upload(driver, 3 * process + index))),
  );
}

async function workOn(files: ModelFiles): Promise<Told> {
  const told: Told = { committed: new Map(), confirmed: new Map() };
  await work(
    [new FilesystemDriver('/data/storage', files), new FilesystemDriver('/data/storage', files)],
    told,
  );
  return told;
}

async function countCalls(): Promise<number> {
  const files = new ModelFiles();
  await openDriver(files);
  const before = files.calls.length;
  const told = await workOn(files);
  expect(told.committed.size).toBe(6);
  return files.calls.length - before;
}

/** Works until the power fails at the given call; gives what callers had been told until then. */
async function workUntil(files: ModelFiles, moment: number): Promise<Told> {
  const told: Told = { committed: new Map(), confirmed: new Map() };
  let seen: Told | undefined;
  files.before = (_call, index) => {
    if (index < moment) return;
    seen ??= { committed: new Map(told.committed), confirmed: new Map(told.confirmed) };
    throw Object.assign(new Error('EIO: no power'), { code: 'EIO' });
  };
  await work(
    [1, 2].map(() => new FilesystemDriver('/data/storage', files)),
    told,
  );
  files.before = () => {};
  return seen ?? told;
}

test('a power cut at any call loses nothing that was committed; a draft is whole or says that it is lost', async () => {
  const calls = await countCalls();
  const first = Math.floor(Math.random() * 2 ** 31);
  const lost: string[] = [];
  for (let moment = 0; moment <= calls; moment++) {
    const files = new ModelFiles();
    await openDriver(files);
    const told = await workUntil(files, files.calls.length + moment);
    for (let seed = first; seed < first + 5; seed++) {
      const missing = await lostOf(files.afterPowerCut(seeded(seed)), told);
      lost.push(...missing.map((what) => `${what} after a power cut at call ${moment}, seed ${seed}`));
    }
  }

  expect(lost).toEqual([]);
});

async function lostOf(left: ModelFiles, told: Told): Promise<string[]> {
  const driver = await openDriver(left);
  const lost: string[] = [];
  for (const [location, bytes] of told.committed) {
    const found = await fetchBytes(driver, location, 0, bytes.length - 1).catch(nothing);
    const size = await driver.size(location, soon()).catch(() => -1);
    if (!found.equals(bytes) || size !== bytes.length) lost.push(location);
  }
  for (const [draft, bytes] of told.confirmed) {
    const found = await all(driver.readDraft(draft, soon())).then(
      (chunks) => Buffer.concat(chunks),
      (error: unknown) => (error instanceof DraftLost ? bytes : nothing()),
    );
    if (!found.equals(bytes)) lost.push(draft.key);
  }
  await all(driver.list(soon()));
  await all(driver.listDrafts(soon()));
  return lost;
}

function nothing(): Buffer {
  return Buffer.from('nothing');
}

test('a call that fails, whichever it is, is an error and never a wrong object', async () => {
  const calls = await countCalls();
  for (let moment = 0; moment < calls; moment++) {
    const files = new ModelFiles();
    const driver = await openDriver(files);
    const start = files.calls.length;
    let failed = '';
    files.before = (call, index) => {
      if (index !== start + moment || failed !== '') return;
      failed = call;
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    };

    const told = await workOn(files);

    // One upload fails, or the two that waited for the same sync; the descriptor may stay open if close failed.
    const wrong = await lostOf(files, { ...told, confirmed: new Map() });
    expect({ failed, wrong, enough: told.committed.size >= 3 }).toEqual({ failed, wrong: [], enough: true });
    expect(files.openFiles).toBeLessThanOrEqual(failed.startsWith('close') ? 1 : 0);
    await expect(store(driver, Buffer.from('afterwards'))).resolves.toContain('blobs/');
  }
});

test('the order is: sync of the file, rename, sync of its folder and of every new one, answer', async () => {
  const files = new ModelFiles();
  const driver = await openDriver(files);
  const start = files.calls.length;

  const draft = await send(driver, driver.begin(), Buffer.from('bytes'));
  const closed = files.calls.length;
  await driver.commit(draft, `sha256:${'ab'.repeat(32)}`, soon());

  const calls = files.calls.slice(start);
  const rename = calls.findIndex((call) => call.startsWith('rename'));
  const before = calls.slice(0, rename);
  const after = calls.slice(rename + 1);
  expect(files.calls.slice(start, closed).filter((call) => call.startsWith('sync'))).toHaveLength(1);
  expect(before.findIndex((call) => call.startsWith('sync '))).toBeGreaterThan(
    before.findIndex((call) => call.startsWith('write')),
  );
  expect(after.toSorted()).toEqual(
    ['blobs', 'blobs/sha256', 'blobs/sha256/ab'].map((folder) => `syncFolder /data/storage/${folder}`),
  );
});

test('a folder that this process knows to be durable is not synced for its name again', async () => {
  const files = new ModelFiles();
  const driver = await openDriver(files);
  await driver.commit(
    await send(driver, driver.begin(), Buffer.from('one')),
    `sha256:${'ab'.repeat(32)}`,
    soon(),
  );
  const draft = await send(driver, driver.begin(), Buffer.from('two'));
  const start = files.calls.length;

  await driver.commit(draft, `sha256:${'ab'.repeat(32)}`, soon());

  const syncs = files.calls.slice(start).filter((call) => call.startsWith('syncFolder'));
  expect(syncs).toEqual(['syncFolder /data/storage/blobs/sha256/ab']);
});

test('a failed sync of the file is not tried again: the draft is lost', async () => {
  const files = new ModelFiles();
  const driver = await openDriver(files);
  const draft = await send(driver, driver.begin(), Buffer.from('first'));
  const syncs: string[] = [];
  files.before = (call) => {
    if (!call.startsWith('sync ')) return;
    syncs.push(call);
    throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  };

  await expect(send(driver, draft, Buffer.from('second'))).rejects.toThrow('EIO');
  files.before = () => {};

  expect(syncs).toHaveLength(1);
  await expect(driver.commit(draft, digestOf(randomBytes(1)), soon())).rejects.toBeInstanceOf(DraftLost);
  await expect(send(driver, draft, Buffer.from('third'))).rejects.toBeInstanceOf(DraftLost);
});

test('a failed sync of the folder is not tried again: the commit stays refused', async () => {
  const files = new ModelFiles();
  const driver = await openDriver(files);
  const draft = await send(driver, driver.begin(), Buffer.from('bytes'));
  const digest = digestOf(Buffer.from('bytes'));
  files.before = (call) => {
    if (call.startsWith('syncFolder')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  };

  await expect(driver.commit(draft, digest, soon())).rejects.toThrow('EIO');
  files.before = () => {};

  await expect(driver.commit(draft, digest, soon())).rejects.toBeInstanceOf(DraftLost);
});

test('a removal is durable when it returns', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const files = new ModelFiles();
    const driver = await openDriver(files);
    const location = await store(driver, Buffer.from('bytes'));

    await driver.remove(location, soon());

    const after = await openDriver(files.afterPowerCut(seeded(seed)));
    await expect(after.size(location, soon())).rejects.toBeInstanceOf(NoSuchObject);
  }
});
