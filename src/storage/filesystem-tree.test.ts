import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ModelFiles } from '#test/support/model-files.ts';
import { all, digestOf, fetchBytes, send, soon, store } from './driver.suite.ts';
import { FilesystemDriver } from './filesystem.ts';

let root: string;
let driver: FilesystemDriver;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'moorage-tree-'));
  driver = new FilesystemDriver(root);
  await driver.probe();
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What people and other programs leave behind: short, long, not UTF-8, folders for files and files for folders. */
const oddities = (folder: string): Buffer[] => [
  Buffer.from(`${folder}/x`),
  Buffer.from(`${folder}/.nfs0000000000000001`),
  Buffer.from(`${folder}/${'n'.repeat(255)}`),
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe, 0x0a])]),
];

test('S-076: walks skip and report what this storage never makes', async () => {
  const location = await store(driver, Buffer.from('one'));
  const draft = await send(driver, driver.begin(), Buffer.from('two'));
  const leaf = join(root, location, '..');
  const folders = ['blobs', 'blobs/sha256', 'blobs/sha512', 'drafts'].map((name) => join(root, name));
  for (const path of [...folders, leaf].flatMap(oddities)) writeFileSync(path, 'odd');
  writeFileSync(join(root, 'blobs/sha512/ab'), 'a file where a folder should be');
  mkdirSync(join(root, 'drafts', '0'.repeat(32)));
  mkdirSync(
    `${leaf}/${location
      .split('/')
      .at(-1)
      ?.replace(/\..*/, `.${'0'.repeat(32)}`)}`,
  );
  symlinkSync('/etc/passwd', join(root, 'drafts', '1'.repeat(32)));
  const reported: string[] = [];
  const report = (name: string) => reported.push(name);

  const objects = await all(driver.list(soon(), report));
  const drafts = await all(driver.listDrafts(soon(), report));

  expect(objects.map((object) => object.location)).toEqual([location]);
  expect(drafts.map((each) => each.draft)).toEqual([draft]);
  expect(reported).toHaveLength(5 * 4 + 4);
});

test('what cannot be read is reported, the rest is listed, and the end is an error', async () => {
  const files = new ModelFiles();
  const model = new FilesystemDriver('/data/storage', files);
  await model.probe();
  const locations: string[] = [];
  for (const hex of ['aa', 'bb', 'cc']) {
    const draft = await send(model, model.begin(), Buffer.from(hex));
    locations.push(await model.commit(draft, `sha256:${hex.repeat(32)}`, soon()));
  }
  files.before = (call) => {
    if (/^(names .*\/aa|stat .*\/bb\/bbb)/.test(call)) throw Object.assign(new Error('EIO'), { code: 'EIO' });
  };
  const reported: string[] = [];
  const listed: string[] = [];
  const walk = async () => {
    for await (const { location } of model.list(soon(), (name) => reported.push(name))) listed.push(location);
  };

  await expect(walk()).rejects.toThrow('incomplete');

  expect(listed).toEqual([locations[2]]);
  expect(reported).toEqual(['blobs/sha256/aa', locations[1]]);
});

test('objects that vanish during a walk are no error', async () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  const drafts = await Promise.all([1, 2, 3].map(() => send(driver, driver.begin(), Buffer.from('bytes'))));
  const locations = await Promise.all(drafts.map((draft) => driver.commit(draft, digest, soon())));
  const listed: string[] = [];

  for await (const { location } of driver.list(soon())) {
    listed.push(location);
    await Promise.all(locations.map((each) => driver.remove(each, soon())));
  }

  expect(listed).toHaveLength(1);
});

test('a volume that is not mounted is a fault, and not an absence', async () => {
  const location = await store(driver, Buffer.from('bytes'));
  const draft = await send(driver, driver.begin(), Buffer.from('bytes'));
  renameSync(root, `${root}-unmounted`);
  mkdirSync(root);

  const outcomes = await Promise.allSettled([
    driver.size(location, soon()),
    fetchBytes(driver, location, 0, 4),
    driver.quarantine(location, soon()),
    driver.remove(location, soon()),
    driver.commit(draft, digestOf(Buffer.from('bytes')), soon()),
    all(driver.readDraft(draft, soon())),
  ]);

  const reasons = outcomes.map((each) => (each.status === 'rejected' ? String(each.reason) : 'done'));
  expect(reasons).toEqual(Array(6).fill(`Error: ${root}/blobs is gone: is the volume mounted?`));
  await expect(all(driver.list(soon()))).rejects.toThrow('incomplete');
  rmSync(`${root}-unmounted`, { recursive: true });
});

test('a location that leads out of the storage is refused', async () => {
  writeFileSync(`${root}.secret`, 'secret');

  for (const location of [
    '../secret',
    'blobs/../../secret',
    '/etc/passwd',
    'blobs//x',
    'blobs/\0',
    '.',
    '',
  ]) {
    await expect(driver.size(location, soon())).rejects.toThrow('is not a location inside');
    await expect(driver.remove(location, soon())).rejects.toThrow('is not a location inside');
    await expect(driver.quarantine(location, soon())).rejects.toThrow('is not a location inside');
    await expect(fetchBytes(driver, location, 0, 1)).rejects.toThrow('is not a location inside');
  }
  rmSync(`${root}.secret`);
});

test('a draft that is none is refused', async () => {
  for (const key of ['blobs/sha256/aa/bb/cc', 'drafts/../blobs', 'drafts/x', `drafts/${'0'.repeat(31)}/`]) {
    const draft = { key, size: 1 };
    await expect(driver.append(draft, { takeover: true, signal: soon() })).rejects.toThrow('not a draft');
    await expect(driver.commit(draft, digestOf(Buffer.from('x')), soon())).rejects.toThrow('not a draft');
    await expect(driver.discard(draft, soon())).rejects.toThrow('not a draft');
  }
});

test('objects that another program named keep apart in quarantine', async () => {
  mkdirSync(join(root, 'docker/one'), { recursive: true });
  mkdirSync(join(root, 'docker/two'));
  writeFileSync(join(root, 'docker/one/data'), '1');
  writeFileSync(join(root, 'docker/two/data'), '2');

  const first = await driver.quarantine('docker/one/data', soon());
  const second = await driver.quarantine('docker/two/data', soon());

  expect((await fetchBytes(driver, first, 0, 0)).toString()).toBe('1');
  expect((await fetchBytes(driver, second, 0, 0)).toString()).toBe('2');
});

test('bytes that a killed writer left beyond the confirmed ones do not reach the object', async () => {
  const draft = await send(driver, driver.begin(), Buffer.from('kept'));
  writeFileSync(join(root, draft.key), ' and left', { flag: 'a' });

  const location = await driver.commit(draft, digestOf(Buffer.from('kept')), soon());

  expect(await driver.size(location, soon())).toBe(4);
});

test('the probe refuses a place without a parent, and one that is a file', async () => {
  writeFileSync(join(root, 'file'), '');

  await expect(new FilesystemDriver(join(root, 'no/such')).probe()).rejects.toThrow(
    'cannot hold blobs: ENOENT',
  );
  await expect(new FilesystemDriver(join(root, 'file')).probe()).rejects.toThrow(
    'cannot hold blobs: ENOTDIR',
  );
});

test('the version of an object changes when its file is edited in place', async () => {
  const location = await store(driver, Buffer.from('bytes'));
  const before = await driver.version(location, soon());
  expect(await driver.version(location, soon())).toBe(before);

  writeFileSync(join(root, location), 'other');
  utimesSync(join(root, location), new Date(), new Date(Date.now() + 5));

  expect(await driver.version(location, soon())).not.toBe(before);
});

test('the probe leaves nothing behind but the folders', async () => {
  expect(await all(driver.list(soon()))).toEqual([]);
  expect(await all(driver.listDrafts(soon()))).toEqual([]);
  await expect(driver.probe()).resolves.toBeUndefined();
});
