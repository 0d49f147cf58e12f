import type { RunningServer } from '../server.ts';

/** A server program that can be measured. */
export interface Peer {
  name: string;
  version: string;
  /** What is on disk when it answers 201, in one line for the report. */
  synced: string;
  /** A static server has only the blobs that `place` puts there. */
  kind: 'registry' | 'static';
  /** Uses the data of an earlier start in the same folder. */
  start(folder: string, flags?: readonly string[]): Promise<RunningServer>;
  /** Value of the Authorization header for these repositories, or undefined where the server is open. */
  authorize?(server: RunningServer, repositories: readonly string[]): Promise<string>;
  /** Called once after the first start. */
  setUp?(server: RunningServer): Promise<void>;
  /** Credentials for token requests. */
  basic?: string;
}
