import cluster, { type Worker } from 'node:cluster';
import { getCompileCacheDir } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Logger } from '#src/log.ts';
import type { FromWorker, ToWorker, WorkerTask } from './messages.ts';

/** A worker that keeps crashing is started ever more slowly, but never given up: the others still serve. */
const pauses = [0, 500, 2_000, 5_000, 10_000];
const crashWindowMilliseconds = 60_000;
/** On top of the grace, for flushing and closing connections to the database. */
const closingMilliseconds = 5_000;

/** The HTTP workers of this process, each a process of its own on the same port. */
export class Workers {
  readonly #task: WorkerTask;
  readonly #log: Logger;
  readonly #alive = new Map<number, Worker>();
  readonly #pending = new Set<NodeJS.Timeout>();
  #crashes: number[] = [];
  #stopping = false;
  #port = 0;

  private constructor(task: WorkerTask, log: Logger) {
    this.#task = task;
    this.#log = log;
    // Workers accept for themselves. Handed round by this process (the default), a connection that was on its way to
    // a worker that died would stay open and unanswered until its client gives up.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('./worker.ts', import.meta.url)),
      args: [],
      serialization: 'advanced',
    });
  }

  /** Resolves when all serve or are being replaced; rejects with the reason when the first one cannot serve. */
  static async start(count: number, task: WorkerTask, log: Logger): Promise<Workers> {
    const workers = new Workers(task, log);
    // One alone first: what is wrong with the settings is then said once.
    await workers.#fork(1);
    // What the first one could do the others can: one that ends while it starts is replaced like any other.
    const others = Array.from({ length: count - 1 }, (_, index) => index + 2).map((number) =>
      workers.#fork(number).catch((error: Error) => {
        workers.#replace(number, `worker ${number} could not start (${error.message})`);
      }),
    );
    await Promise.all(others);
    return workers;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts the worker of this number; resolves when it serves. One that ends later is replaced. */
  #fork(number: number): Promise<void> {
    const compileCache = getCompileCacheDir();
    const worker = cluster.fork(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache });
    this.#alive.set(number, worker);
    return new Promise((resolve, reject) => {
      let ready = false;
      let reason = '';
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'hello') send(worker, { kind: 'start', task: this.#task });
        else if (message.kind === 'failed') reason = message.reason;
        else {
          ready = true;
          this.#port = message.port;
          resolve();
        }
      });
      worker.once('exit', (code, signal) => {
        this.#alive.delete(number);
        const how = reason || (signal ? `signal ${signal}` : `exit code ${code}`);
        if (!ready) reject(new Error(how));
        else if (!this.#stopping)
          this.#replace(number, `worker ${number} (process ${worker.process.pid}) ended by itself (${how})`);
      });
    });
  }

  #replace(number: number, what: string): void {
    const now = performance.now();
    this.#crashes = this.#crashes.filter((at) => now - at < crashWindowMilliseconds);
    const pause = pauses[this.#crashes.length] ?? pauses.at(-1) ?? 0;
    this.#crashes.push(now);
    this.#log.error(`${what}: another one starts in ${pause / 1000} s`);
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      this.#fork(number).then(
        () => this.#log.warn(`worker ${number} serves again`),
        (error: Error) => {
          if (!this.#stopping) this.#replace(number, `worker ${number} could not start (${error.message})`);
        },
      );
    }, pause);
    this.#pending.add(timer);
  }

  /** Lets every worker finish what runs, and ends those that do not within the grace. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#pending) clearTimeout(timer);
    const endings = [...this.#alive.values()].map((worker) => end(worker, graceMilliseconds));
    await Promise.all(endings);
  }
}

async function end(worker: Worker, graceMilliseconds: number): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  if (worker.isDead()) return;
  send(worker, { kind: 'drain', graceMilliseconds });
  const timer = setTimeout(() => worker.process.kill('SIGKILL'), graceMilliseconds + closingMilliseconds);
  await exited;
  clearTimeout(timer);
}

/** A worker that died in between is reported by its `exit`, not here. */
function send(worker: Worker, message: ToWorker): void {
  worker.send(message, undefined, undefined, () => undefined);
}
