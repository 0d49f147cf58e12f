import type { Settings } from '#src/config/settings.ts';

/** Everything a worker needs; sent over the private channel, so that no secret is in its environment. */
export interface WorkerTask {
  readonly settings: Settings;
  readonly databaseUrl: string;
  readonly secretKey: Uint8Array;
}

export type ToWorker = { kind: 'start'; task: WorkerTask } | { kind: 'drain'; graceMilliseconds: number };

export type FromWorker =
  | { kind: 'hello' }
  | { kind: 'ready'; port: number }
  | { kind: 'failed'; reason: string };
