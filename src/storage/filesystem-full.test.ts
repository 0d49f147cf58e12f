import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { all, digestOf, fetchBytes, send, soon, store } from './driver.suite.ts';
import { FilesystemDriver } from './filesystem.ts';

const root = mkdtempSync(join(tmpdir(), 'moorage-full-'));
const mounted = mountSmall();
const reason = mounted ? '' : ' [skipped: a small file system cannot be mounted here]';

/** Needs root, and in a container the right to mount. */
function mountSmall(): boolean {
  try {
    const options = 'size=8m,nr_inodes=100';
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', options, 'moorage-test', root], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (mounted) execFileSync('/bin/umount', [root]);
  rmSync(root, { recursive: true });
});

describe.skipIf(!mounted)(`a full disk${reason}`, () => {
  const driver = new FilesystemDriver(root);

  beforeAll(() => driver.probe());

  const free = () => {
    const { bavail, bsize } = statfsSync(root);
    return bavail * bsize;
  };

  test('an upload fails whole, gives its space back, and old objects stay readable', async () => {
    const old = randomBytes(100_000);
    const kept = await store(driver, old);
    for (const room of [0, 4096, 8192, 100_000, 1_000_000]) {
      writeFileSync(join(root, 'filler'), randomBytes(free() - room));

      await expect(store(driver, randomBytes(2_000_000))).rejects.toMatchObject({ code: 'ENOSPC' });

      expect(free()).toBeGreaterThanOrEqual(room - (room % 4096));
      expect(readdirSync(join(root, 'drafts'))).toEqual([]);
      expect((await fetchBytes(driver, kept, 0, old.length - 1)).equals(old)).toBe(true);
      rmSync(join(root, 'filler'));
      expect(await store(driver, randomBytes(2_000_000)).then((each) => driver.remove(each, soon()))).toBe(
        undefined,
      );
    }
  });

  test('an upload that was interrupted goes on when there is room again', async () => {
    const bytes = randomBytes(1_500_000);
    const draft = await send(driver, driver.begin(), bytes.subarray(0, 500_000));
    writeFileSync(join(root, 'filler'), randomBytes(free() - 300_000));
    await expect(send(driver, draft, bytes.subarray(500_000))).rejects.toMatchObject({ code: 'ENOSPC' });
    rmSync(join(root, 'filler'));

    const whole = await send(driver, draft, bytes.subarray(500_000));
    const location = await driver.commit(whole, digestOf(bytes), soon());

    expect((await fetchBytes(driver, location, 0, bytes.length - 1)).equals(bytes)).toBe(true);
  });

  test('without a free inode an upload is refused, and nothing is lost', async () => {
    const before = await all(driver.list(soon()));
    const made: string[] = [];
    for (let count = 0; count < 200; count++) {
      const name = join(root, `inode-${count}`);
      try {
        writeFileSync(name, '');
        made.push(name);
      } catch {
        break;
      }
    }

    await expect(store(driver, randomBytes(10))).rejects.toMatchObject({ code: 'ENOSPC' });

    for (const name of made) rmSync(name);
    expect(await all(driver.list(soon()))).toEqual(before);
    await expect(store(driver, randomBytes(10))).resolves.toContain('blobs/');
  });
});
