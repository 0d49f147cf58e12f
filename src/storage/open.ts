import { resolve } from 'node:path';
import type { BlobDriver } from './driver.ts';
import { FilesystemDriver } from './filesystem.ts';
import { MemoryDriver } from './memory.ts';
import { S3Driver } from './s3.ts';
import type { StorageSettings } from './settings.ts';

/**
 * The driver that the settings name. Nothing is touched yet: `probe` makes what is missing and must have run
 * before anything else. `report` hears at the probe what the backend cannot do and the registry does without.
 */
export function openStorage(settings: StorageSettings, report?: (message: string) => void): BlobDriver {
  switch (settings.driver) {
    case 'filesystem':
      return new FilesystemDriver(resolve(settings.root));
    case 'memory':
      return new MemoryDriver();
    case 's3':
      return new S3Driver(settings, report);
  }
}
