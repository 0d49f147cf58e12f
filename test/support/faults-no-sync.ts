import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded before a server that is meant to lose data: its syncs succeed without doing anything. It proves that a
 * bench notices what it is there to notice. PostgreSQL is another process and goes on syncing.
 */
const enabled = 'FAULTS_NO_SYNC';

/** Environment for a server that syncs none of its own files. */
export function withoutSyncs(): Record<string, string> {
  return { [enabled]: '1', NODE_OPTIONS: `--import=${import.meta.url}` };
}

if (process.env[enabled] === '1') {
  const pretend = (_fd: number, done: (error: null) => void): void => void setImmediate(done, null);
  Object.assign(fs, {
    fsync: pretend,
    fdatasync: pretend,
    fsyncSync: () => {},
    fdatasyncSync: () => {},
  });
  syncBuiltinESMExports();
}
