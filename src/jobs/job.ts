import type { Static, TSchema } from 'typebox';
import type { Context, TxContext } from '#src/context.ts';

/**
 * One kind of background work. It is enqueued by object, in the transaction that causes it, and carried out by any
 * process of the installation. Names are Harbor's (jobs.md section 1).
 */
export interface Job<S extends TSchema = TSchema> {
  /** Harbor's vendor type, for instance GARBAGE_COLLECTION; the name of the queue too. */
  readonly name: string;
  readonly payload: S;
  /** How often it is tried in all when it fails. */
  readonly attempts: number;
  /** Seconds before the next try. */
  readonly pause: (attempt: number) => number;
  /** Tasks of this kind at a time, in the whole installation. */
  readonly limit: number;
  /** Tasks of one lane at a time; 1 keeps them in order. */
  readonly laneLimit: number;
  /** Seconds without a sign of life after which another process takes over. */
  readonly lease: number;
  /** Ended executions that are kept, for each vendor id. */
  readonly keep: number;
}

export function defineJob<const S extends TSchema>(
  job: Pick<Job<S>, 'name' | 'payload'> & Partial<Job<S>>,
): Job<S> {
  return {
    attempts: 1,
    pause: (attempt) => 2 ** attempt,
    limit: 10,
    laneLimit: 1,
    lease: 60,
    keep: 50,
    ...job,
  };
}

/** What a job has while it runs. `signal` ends when it is stopped, lost, or the process shuts down. */
export interface JobRun extends Context {
  readonly taskId: number;
  readonly executionId: number;
  /** From 1. */
  readonly attempt: number;
  readonly lastAttempt: boolean;
  /** A line of the task's log; in the database within a second. */
  note(line: string): void;
  /** Merges into the task's extra_attrs: progress while it runs, results at the end. */
  report(attributes: Record<string, unknown>): Promise<void>;
  /**
   * A transaction that commits only while this claim holds: a process that was taken for dead and comes back
   * changes nothing (G-81). The effects of a job belong in here.
   */
  transaction<T>(work: (ctx: TxContext) => Promise<T>): Promise<T>;
}

/** A job with the function that carries it out. */
export interface CarriedOut {
  readonly job: Job;
  readonly run: (run: JobRun, payload: unknown) => Promise<void>;
}

/** Joins a job with what it does; `run` may be called again with the same payload after a crash. */
export function carryOut<S extends TSchema>(
  job: Job<S>,
  run: (run: JobRun, payload: Static<S>) => Promise<void>,
): CarriedOut {
  // The runner checks the payload against the job's schema first; that makes the cast true.
  return { job, run: (one, payload) => run(one, payload as Static<S>) };
}

/** What a schedule of one vendor type does when its time comes: it starts an execution. */
export interface Scheduled {
  readonly vendorType: string;
  fire(ctx: TxContext, schedule: { vendor_id: number; payload: Record<string, unknown> }): Promise<void>;
}

/** Thrown by a job that must not be tried again, whatever its attempts. */
export class FinalFailure extends Error {}

/** Why the signal of a run ends that somebody stopped. */
export class Stopped extends Error {}

/** Whether a task that fails with this error now is not tried again. */
export function isOver({ signal, lastAttempt }: JobRun, error: unknown): boolean {
  return signal.aborted ? signal.reason instanceof Stopped : lastAttempt || error instanceof FinalFailure;
}
