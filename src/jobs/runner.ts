import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Check } from 'typebox/value';
import { theRegistry } from '#src/access/principal.ts';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { type Listening, listen } from '#src/database/listen.ts';
import { type Database, isDatabaseFault } from '#src/database/pool.ts';
import type { Logger } from '#src/log.ts';
import { type Claim, Claims } from './claims.ts';
import { jobsChannel } from './executions.ts';
import { type CarriedOut, FinalFailure, type Scheduled, Stopped } from './job.ts';
import { Lost, runOf } from './job-run.ts';
import { takeDue } from './schedules.ts';
import { TaskLog } from './task-log.ts';

export interface RunnerOptions extends Pick<Context, 'live' | 'forget' | 'counts'> {
  /** Connections of its own, so that jobs and requests never wait for each other's. */
  readonly database: Database;
  readonly log: Logger;
  readonly jobs: readonly CarriedOut[];
  readonly schedules: readonly Scheduled[];
  /** Tasks at a time in this process. */
  readonly slots: number;
  /** Longest time without a look for work (ms); notifications come sooner. */
  readonly idle?: number;
  /** Time between signs of life (ms). */
  readonly beat?: number;
}

interface Held {
  readonly claim: Claim;
  readonly lease: number;
  readonly stop: AbortController;
  /** When the lease ends at the latest, on this process's clock that never goes back. */
  until: number;
}

/** Why a running job's signal ended, beside Lost and Stopped. */
class ShuttingDown extends Error {}

/**
 * Runs jobs in this process, beside those of every other process of the installation. Work is claimed in the
 * database, held by a lease that signs of life renew, and ended with the claim as fence.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #claims: Claims;
  readonly #byName: ReadonlyMap<string, CarriedOut>;
  /** By claim: a task that was lost may come back while its first run here has not ended yet. */
  readonly #held = new Map<string, Held>();
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #runner = randomUUID();
  #listening: Listening | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#byName = new Map(options.jobs.map((one) => [one.job.name, one]));
    const jobs = options.jobs.map(({ job }) => job);
    this.#claims = new Claims(options.database, jobs, this.#runner, options.slots);
  }

  start(): void {
    this.#listening = listen(this.#options.database, jobsChannel, {
      heard: (ids) => {
        this.#stopThose(ids.split(' ').map(Number));
        this.look();
      },
      up: () => this.look(),
      down: (reason) =>
        this.#options.log.warn({ err: reason }, 'news of jobs are not heard; they are looked for instead'),
    });
    this.#beating = setInterval(() => void this.#beat(), this.#options.beat ?? 5_000);
    void this.#beat();
  }

  /** Stops claiming, tells what runs to stop, gives back what did not end. */
  async close(): Promise<void> {
    this.#closing.abort(new ShuttingDown('the server is stopping'));
    clearTimeout(this.#timer);
    clearInterval(this.#beating);
    await this.#listening?.close();
    await this.#looking;
    for (const { stop } of this.#held.values()) stop.abort(this.#closing.signal.reason);
    await Promise.all(this.#running);
    await this.#claims.leave().catch(() => undefined);
  }

  #stopThose(ids: readonly number[]): void {
    for (const { claim, stop } of this.#held.values()) {
      if (ids.includes(claim.id)) stop.abort(new Stopped('it was stopped'));
    }
  }

  /** Looks for work now; calls while a look is under way make one more look. */
  look(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#looking = this.#search()
      .catch((error: unknown) => this.#complain(error, 'jobs could not be looked for'))
      .finally(() => {
        this.#looking = undefined;
        if (this.#again) {
          this.#again = false;
          this.look();
        }
      });
  }

  async #search(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#fireSchedules();
    while (this.#held.size < this.#options.slots && !this.#closing.signal.aborted) {
      const claim = await this.#claims.next();
      if (claim === undefined) break;
      this.#begin(claim);
    }
    const due = (await this.#claims.nextDue()) ?? Number.POSITIVE_INFINITY;
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(
      () => this.look(),
      Math.min(Math.max(due + 5, 50), this.#options.idle ?? 10_000),
    );
  }

  async #fireSchedules(): Promise<void> {
    await inTransaction(this.#context(this.#closing.signal, 'schedules'), async (ctx) => {
      for (const schedule of await takeDue(ctx, 20)) {
        const scheduled = this.#options.schedules.find(
          ({ vendorType }) => vendorType === schedule.vendor_type,
        );
        if (scheduled === undefined) continue;
        await savepoint(ctx, () => scheduled.fire(ctx, schedule)).catch((error: unknown) =>
          this.#complain(
            error,
            `the schedule of ${schedule.vendor_type} ${schedule.vendor_id} could not start`,
          ),
        );
      }
    });
  }

  #begin(claim: Claim): void {
    const lease = this.#byName.get(claim.job)?.job.lease ?? 60;
    const held: Held = { claim, lease, stop: new AbortController(), until: performance.now() + lease * 1000 };
    this.#held.set(claim.claim, held);
    const running = this.#run(held).finally(() => {
      this.#held.delete(claim.claim);
      this.#running.delete(running);
      this.look();
    });
    this.#running.add(running);
  }

  async #run(held: Held): Promise<void> {
    const { claim } = held;
    const log = new TaskLog(this.#options.database, claim.id);
    const outcome = await this.#attempt(held, log);
    if (outcome.error !== undefined) log.note(`${outcome.status}: ${outcome.message}`);
    await log.flush();
    if (held.stop.signal.reason instanceof Lost) return;
    await this.#end(held, outcome).catch((error: unknown) =>
      this.#complain(error, `the end of task ${claim.id} could not be written; it will be run again`),
    );
  }

  async #attempt(held: Held, log: TaskLog): Promise<Outcome> {
    const { claim, stop } = held;
    const carried = this.#byName.get(claim.job);
    try {
      if (carried === undefined || !Check(carried.job.payload, claim.payload)) {
        throw new FinalFailure(`this version cannot run ${claim.job} with this payload`);
      }
      const ctx = this.#context(stop.signal, `task ${claim.id}`);
      await carried.run(runOf(ctx, claim, log), claim.payload);
      return { status: stop.signal.reason instanceof Stopped ? 'Stopped' : 'Success', message: '' };
    } catch (error) {
      const { reason } = stop.signal;
      if (reason instanceof Stopped) return { status: 'Stopped', message: reason.message };
      if (reason instanceof ShuttingDown) return { status: 'Pending', message: '', retry: 0 };
      this.#options.log.warn(
        { err: error, job: claim.job, task: claim.id, attempt: claim.attempt },
        'a job failed',
      );
      const message = error instanceof Error ? error.message : String(error);
      const last = claim.attempt >= claim.attempts || error instanceof FinalFailure;
      if (last) return { status: 'Error', message, error };
      return { status: 'Scheduled', message, error, retry: carried?.job.pause(claim.attempt) ?? 1 };
    }
  }

  async #end({ claim }: Held, { status, message, retry }: Outcome): Promise<void> {
    const execution = await this.#claims.finish(claim, status, message, retry ?? null);
    if (execution === undefined || execution === 'Running') return;
    await this.#claims.sweep(claim.execution_id, this.#byName.get(claim.job)?.job.keep ?? 50);
  }

  #context(signal: AbortSignal, requestId: string): Context {
    const { database, log, live, forget, counts } = this.#options;
    return {
      db: database.db,
      who: theRegistry,
      log,
      signal,
      requestId,
      clientAddress: '',
      live,
      forget,
      counts,
    };
  }

  async #beat(): Promise<void> {
    try {
      const began = performance.now();
      await this.#claims.beat();
      const held = [...this.#held.values()];
      const ours = await this.#claims.renew(held);
      for (const one of held) {
        const stopping = ours.get(one.claim.claim);
        if (stopping === undefined) one.stop.abort(new Lost('another process took it over'));
        else if (stopping) one.stop.abort(new Stopped('it was stopped'));
        one.until = began + one.lease * 1000;
      }
      for (const { id, status } of await this.#claims.reap()) {
        this.#options.log.warn({ task: id, status }, 'the process that ran a task died');
        this.look();
      }
    } catch (error) {
      this.#complain(error, 'running jobs could not be kept alive');
      this.#giveUpExpired();
    }
  }

  /** Without a sign of life another process may have taken over: what runs here must not go on. */
  #giveUpExpired(): void {
    for (const { until, stop } of this.#held.values()) {
      if (until < performance.now())
        stop.abort(new Lost('its lease ran out while the database did not answer'));
    }
  }

  #complain(error: unknown, what: string): void {
    if (this.#closing.signal.aborted) return;
    if (isDatabaseFault(error)) this.#options.log.warn({ reason: (error as Error).message }, what);
    else this.#options.log.error({ err: error }, what);
    this.#timer = setTimeout(() => this.look(), 1_000);
  }
}

interface Outcome {
  readonly status: 'Success' | 'Error' | 'Stopped' | 'Pending' | 'Scheduled';
  readonly message: string;
  readonly error?: unknown;
  /** Seconds until the next try; absent for an end. */
  readonly retry?: number;
}

/** What fails inside leaves the transaction usable. */
async function savepoint(ctx: TxContext, work: () => Promise<void>): Promise<void> {
  await sql`savepoint job_schedule`.execute(ctx.db);
  try {
    await work();
  } catch (error) {
    await sql`rollback to savepoint job_schedule`.execute(ctx.db);
    throw error;
  }
}
