import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverSuite } from './driver.suite.ts';
import { FilesystemDriver } from './filesystem.ts';

driverSuite('filesystem', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'moorage-storage-'));
  return {
    open: async () => {
      const driver = new FilesystemDriver(join(folder, 'root'));
      await driver.probe();
      return driver;
    },
    end: () => rm(folder, { recursive: true, force: true }),
    sizes: [512 * 1024, 1_500_000],
  };
});
