import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { LiveAtStart, StoredSettings } from '#src/config/live.ts';
import { type AccessChange, accessChannel } from '#src/context.ts';
import type { Database, Tx } from '#src/database/pool.ts';
import * as store from './configuration.store.ts';
import { conflictsOf } from './rules.ts';

/**
 * Brings the stored settings in line with what the environment and the configuration file say; every process does
 * it at its start, and usually finds nothing to do. Returns the names of the settings that changed. Throws when the
 * change may not be made, as for an administrator.
 */
export async function applyGivenSettings(
  { db }: Database,
  secretKey: Uint8Array,
  given: LiveAtStart,
): Promise<readonly string[]> {
  const change = async (tx: Tx | Database['db']) => {
    const stored = await store.readConfiguration(tx, secretKey);
    return { stored, ...changeOf(stored, await store.listGivenAtStart(tx), given) };
  };
  if (isNothing(await change(db))) return [];
  return db.transaction().execute(async (tx) => {
    await store.lockConfiguration(tx);
    const { stored, overwrite, first, gone } = await change(tx);
    const kept = Object.entries(stored).filter(([name]) => !gone.includes(name));
    const after = { ...Object.fromEntries(kept), ...first, ...overwrite };
    const problems = await conflictsOf(tx, stored, after);
    if (problems.length > 0) {
      throw new Error(
        `the settings given by variables or the configuration file cannot be used: ${problems.join('; ')}`,
      );
    }
    await store.saveSettings(tx, secretKey, overwrite, false);
    await store.saveSettings(tx, secretKey, first, true);
    await store.removeSettings(tx, gone);
    await sql`select pg_notify(${accessChannel}, ${'configuration' satisfies AccessChange})`.execute(tx);
    return [...Object.keys(overwrite), ...Object.keys(first), ...gone];
  });
}

interface Change {
  /** To be stored as if an administrator had set them (Harbor: they stay when the variable goes). */
  readonly overwrite: StoredSettings;
  readonly first: StoredSettings;
  readonly gone: readonly string[];
}

function changeOf(stored: StoredSettings, atStart: ReadonlySet<string>, given: LiveAtStart): Change {
  const overwrite = given.overwrite ?? {};
  const isFree = (name: string) =>
    !Object.hasOwn(overwrite, name) && (atStart.has(name) || !Object.hasOwn(stored, name));
  const differs = ([name, value]: [string, unknown]) => !isDeepStrictEqual(stored[name], value);
  return {
    overwrite: Object.fromEntries(
      Object.entries(overwrite).filter(([name, value]) => atStart.has(name) || differs([name, value])),
    ),
    first: Object.fromEntries(
      Object.entries(given.first).filter(([name, value]) => isFree(name) && differs([name, value])),
    ),
    gone: [...atStart].filter((name) => !Object.hasOwn(given.first, name) && !Object.hasOwn(overwrite, name)),
  };
}

function isNothing({ overwrite, first, gone }: Change): boolean {
  return Object.keys(overwrite).length + Object.keys(first).length + gone.length === 0;
}
