import { liveSettings, type StoredSettings } from '#src/config/live.ts';
import { open } from '#src/auth/sealing.ts';
import type { Db } from '#src/database/pool.ts';

/** Every stored setting by name, passwords opened. */
export async function readConfiguration(db: Db, secretKey: Uint8Array): Promise<StoredSettings> {
  const rows = await db.selectFrom('configuration').select(['name', 'value']).execute();
  return Object.fromEntries(rows.map(({ name, value }) => [name, opened(secretKey, name, value)]));
}

function opened(secretKey: Uint8Array, name: string, value: unknown): unknown {
  const setting = new Map(Object.entries(liveSettings)).get(name);
  if (setting?.type !== 'password' || typeof value !== 'string' || value === '') return value;
  return open(secretKey, { purpose: 'setting', name }, value).toString();
}
