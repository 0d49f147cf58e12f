import { resolve } from 'node:path';
import type { BlobDriver } from './driver.ts';
import { FilesystemDriver } from './filesystem.ts';
import { MemoryDriver } from './memory.ts';
import type { StorageSettings } from './settings.ts';

/**
 * The driver that the settings name. Nothing is touched yet: `probe` makes what is missing and must have run
 * before anything else.
 */
export function openStorage(settings: StorageSettings): BlobDriver {
  switch (settings.driver) {
    case 'filesystem':
      return new FilesystemDriver(resolve(settings.root));
    case 'memory':
      return new MemoryDriver();
    case 's3':
      throw new Error('S3 storage is not part of this build yet');
  }
}
