import { expect, test } from 'vitest';
import { ModelFiles } from '#test/support/model-files.ts';
import { Folders } from './folders.ts';

const parts = ['sha256', 'ab', 'cd'];
const everyFolder = ['/data/sha256/ab/cd', '/data/sha256/ab', '/data/sha256', '/data'];

test('a folder that another process made is synced here too, for that process may not have done it yet', async () => {
  const files = new ModelFiles();
  const other = new Folders(files);
  await other.make('/data', parts);

  const toSync = await new Folders(files).make('/data', parts);

  expect(toSync).toEqual(everyFolder);
});

test('a folder counts as durable only after its sync has ended', async () => {
  const files = new ModelFiles();
  const folders = new Folders(files);
  const toSync = await folders.make('/data', parts);
  const settling = folders.settle('/data', parts, toSync);

  const meanwhile = await folders.make('/data', parts);
  await settling;
  const afterwards = await folders.make('/data', parts);

  expect(meanwhile).toEqual(everyFolder);
  expect(afterwards).toEqual(['/data/sha256/ab/cd']);
});

test('a folder whose sync failed is synced again', async () => {
  const files = new ModelFiles();
  const folders = new Folders(files);
  const toSync = await folders.make('/data', parts);
  files.before = (call) => {
    if (call === 'syncFolder /data/sha256') throw new Error('i/o error');
  };

  await expect(folders.settle('/data', parts, toSync)).rejects.toThrow('i/o error');

  expect(await folders.make('/data', parts)).toEqual(everyFolder);
});

test('many syncs of one folder at once become two: the one that runs, and one for all who came later', async () => {
  const files = new ModelFiles();
  const folders = new Folders(files);

  await Promise.all(Array.from({ length: 100 }, () => folders.sync('/data')));

  expect(files.calls).toEqual(['syncFolder /data', 'syncFolder /data']);
});

test('a sync that failed fails all who waited for it, and only them', async () => {
  const files = new ModelFiles();
  const folders = new Folders(files);
  files.before = (_call, index) => {
    if (index === 0) throw new Error('i/o error');
  };

  const first = folders.sync('/data');
  const outcomes = await Promise.allSettled([first, folders.sync('/data'), folders.sync('/data')]);

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

test('folders that are made at the same time by many are made once', async () => {
  const files = new ModelFiles();
  const folders = [1, 2, 3, 4].map(() => new Folders(files));

  await Promise.all(folders.map((each) => each.make('/data', parts)));

  expect((await files.stat('/data/sha256/ab/cd')).isFile).toBe(false);
});

test('a missing top is an error: it may be a volume that is not mounted', async () => {
  const files = new ModelFiles();

  await expect(new Folders(files).make('/data/gone', parts)).rejects.toThrow('ENOENT');

  await expect(files.stat('/data/gone')).rejects.toThrow('ENOENT');
});

test('what is remembered is bounded', async () => {
  const files = new ModelFiles();
  const folders = new Folders(files, 3);
  await folders.settle('/data', parts, await folders.make('/data', parts));
  await folders.settle('/data', ['sha512'], await folders.make('/data', ['sha512']));

  expect(await folders.make('/data', ['sha256'])).toEqual(['/data/sha256', '/data']);
  expect(await folders.make('/data', ['sha512'])).toEqual(['/data/sha512']);
});
