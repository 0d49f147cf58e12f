import { hostname } from 'node:os';
import { type Database, statement } from '#src/database/pool.ts';
import type { Job } from './job.ts';
import { sweepExecutions } from './sweep.ts';

/** A task that this process holds; `claim` fences it. */
export interface Claim {
  readonly id: number;
  readonly execution_id: number;
  readonly job: string;
  readonly payload: unknown;
  readonly attempt: number;
  readonly attempts: number;
  readonly claim: string;
}

const claim = statement<Claim>(
  'claim-task',
  'select id, execution_id, job, payload, attempt, attempts, claim from claim_task($1, $2, $3, $4, $5)',
);

const renew = statement<{ claim: string; stop_requested: boolean }>(
  'renew-tasks',
  `update task t set leased_until = now() + make_interval(secs => k.lease)
     from unnest($1::bigint[], $2::uuid[], $3::int[]) as k(id, claim, lease)
    where t.id = k.id and t.claim = k.claim and t.status = 'Running' returning t.claim, t.stop_requested`,
);

const finish = statement<{ status: string | null }>(
  'finish-task',
  'select finish_task($1, $2, $3, $4, make_interval(secs => $5)) as status',
);

const reap = statement<{ id: number; status: string }>('reap-tasks', 'select id, status from reap_tasks($1)');

const nextDue = statement<{ seconds: number | null }>(
  'next-due',
  `select extract(epoch from least(
       (select min(run_at) from task where job = any($1::text[]) and status in ('Pending', 'Scheduled') and run_at > now()),
       (select min(next_time) from schedule where next_time > now())) - now())::float8 as seconds`,
);

const beat = statement<never>(
  'job-runner-beat',
  `with gone as (delete from job_runner where heartbeat_time < now() - interval '1 minute')
   insert into job_runner (id, host, pid, slots) values ($1, $2, $3, $4)
     on conflict (id) do update set heartbeat_time = now()`,
);

const leave = statement<never>('job-runner-leave', 'delete from job_runner where id = $1');

/** A task that took this many processes down is not tried again. */
const mostLost = 5;

/** The statements of one runner. */
export class Claims {
  readonly #database: Database;
  readonly #jobs: readonly Job[];
  readonly #runner: string;
  readonly #slots: number;

  constructor(database: Database, jobs: readonly Job[], runner: string, slots: number) {
    this.#database = database;
    this.#jobs = jobs;
    this.#runner = runner;
    this.#slots = slots;
  }

  async next(): Promise<Claim | undefined> {
    const [found] = await this.#database.query(claim, [
      this.#jobs.map(({ name }) => name),
      this.#jobs.map(({ limit }) => limit),
      this.#jobs.map(({ laneLimit }) => laneLimit),
      this.#jobs.map(({ lease }) => lease),
      this.#runner,
    ]);
    return found;
  }

  /** Which of them are still ours, and whether somebody wants them stopped. */
  async renew(held: readonly { claim: Claim; lease: number }[]): Promise<Map<string, boolean>> {
    if (held.length === 0) return new Map();
    const rows = await this.#database.query(renew, [
      held.map((one) => one.claim.id),
      held.map((one) => one.claim.claim),
      held.map(({ lease }) => lease),
    ]);
    return new Map(rows.map((row) => [row.claim, row.stop_requested]));
  }

  /** The execution's status then; undefined when the claim was lost. `retry` in seconds, null for an end. */
  async finish(
    one: Claim,
    status: string,
    message: string,
    retry: number | null,
  ): Promise<string | undefined> {
    const [row] = await this.#database.query(finish, [
      one.id,
      one.claim,
      status,
      message.slice(0, 4_096),
      retry,
    ]);
    return row?.status ?? undefined;
  }

  reap(): Promise<{ id: number; status: string }[]> {
    return this.#database.query(reap, [mostLost]);
  }

  /** Milliseconds until something waits for its time, undefined when nothing does. */
  async nextDue(): Promise<number | undefined> {
    const [row] = await this.#database.query(nextDue, [this.#jobs.map(({ name }) => name)]);
    return row?.seconds === null || row === undefined ? undefined : row.seconds * 1000;
  }

  async sweep(executionId: number, keep: number): Promise<void> {
    await this.#database.query(sweepExecutions, [executionId, keep]);
  }

  async beat(): Promise<void> {
    await this.#database.query(beat, [this.#runner, hostname(), process.pid, this.#slots]);
  }

  async leave(): Promise<void> {
    await this.#database.query(leave, [this.#runner]);
  }
}
