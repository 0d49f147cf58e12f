import { vi } from 'vitest';
import type { BlobDriver } from '#src/storage/driver.ts';

/** The next object that is read comes with wrong bytes; what is stored stays right. */
export function misreadOnce(storage: BlobDriver) {
  const read = storage.read.bind(storage);
  return vi.spyOn(storage, 'read').mockImplementationOnce(async (...call) => {
    const reader = await read(...call);
    return { next: async () => (await reader.next())?.fill('x'), close: () => reader.close() };
  });
}
