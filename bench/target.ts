import { mkdirSync } from 'node:fs';
import type { LoadProcess } from './load-process.ts';
import type { Job, JobResult } from './load/jobs.ts';
import type { Peer } from './peers/peer.ts';
import { memoryOfTree } from './processes.ts';
import type { RunningServer } from './server.ts';

// Tokens live 30 minutes by default; a run takes longer than that.
const tokenLifetime = 15 * 60_000;
const memoryInterval = 500;

/** One running server of a run, with what has been put into it. */
export class Target {
  readonly peer: Peer;
  readonly folder: string;
  readonly #load: LoadProcess;
  readonly #tokens = new Map<string, { value: string; until: number }>();
  readonly #seeded = new Set<string>();
  #server: RunningServer | undefined;
  peakMemory = 0;

  constructor(peer: Peer, folder: string, load: LoadProcess) {
    this.peer = peer;
    this.folder = folder;
    this.#load = load;
    mkdirSync(folder, { recursive: true });
  }

  get server(): RunningServer {
    if (this.#server === undefined) throw new Error(`${this.peer.name} does not run`);
    return this.#server;
  }

  get port(): number {
    return this.server.port;
  }

  /** Milliseconds from spawn to the first good answer. */
  async start(flags: readonly string[] = []): Promise<number> {
    this.#server = await this.peer.start(this.folder, flags);
    this.#tokens.clear();
    return this.#server.startMilliseconds;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  /** Headers that allow everything in these repositories. */
  async headers(...repositories: string[]): Promise<Record<string, string>> {
    if (this.peer.authorize === undefined) return {};
    const key = repositories.join(' ');
    const known = this.#tokens.get(key);
    if (known !== undefined && known.until > performance.now()) return { Authorization: known.value };
    const value = await this.peer.authorize(this.server, repositories);
    this.#tokens.set(key, { value, until: performance.now() + tokenLifetime });
    return { Authorization: value };
  }

  /** Runs one job and watches the memory of the server meanwhile. */
  async run(job: Job): Promise<JobResult> {
    const { pid } = this.server;
    const watch = (): void => {
      this.peakMemory = Math.max(this.peakMemory, memoryOfTree(pid));
    };
    const timer = setInterval(watch, memoryInterval);
    try {
      return await this.#load.run(job);
    } catch (error) {
      throw new Error(`${this.peer.name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    } finally {
      clearInterval(timer);
      watch();
    }
  }

  /** Content that several scenarios need is written once a run. */
  async once(key: string, seed: () => Promise<void>): Promise<void> {
    if (this.#seeded.has(key)) return;
    await seed();
    this.#seeded.add(key);
  }
}
