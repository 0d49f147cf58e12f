import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Database, openDatabase } from '#src/database/pool.ts';
import { createTestDatabase } from './database.ts';
import { type Counts, type Definitions, installPauses, preparePauses } from './faults-interleave-pauses.ts';

/**
 * Actors on connections of their own that go on only when told to, one step at a time: a step ends before the next
 * statement that an actor sends, before the next one within a function of the schema, or at a `gate` of its own (calls
 * to storage). An actor that waits for another one's lock is not asked until it can go on.
 */
export interface Actor {
  readonly name: string;
  readonly database: Database;
  /** Waits for the actor's turn. */
  gate(step: string): Promise<void>;
}

/** One run: who went, and where it stood before. */
export interface Trace {
  readonly steps: { actor: number; step: string; enabled: readonly number[] }[];
  readonly results: PromiseSettledResult<unknown>[];
}

/** Which of the actors that can go on goes; the last one that went comes first. */
export type Choose = (enabled: readonly number[], position: number) => number;

/** A statement that nobody else's outcome depends on: it goes with the step before it. */
const quiet =
  /^\s*(begin|start transaction|rollback)|audit_log|pg_notify|immutable_|from "?configuration|set_config/i;

class GatedActor implements Actor {
  readonly name: string;
  readonly number: number;
  readonly database: Database;
  isActive = false;
  /** Where it stands; undefined while it runs, waits for a lock, or has ended. */
  waiting: { step: string; go: () => void } | undefined;
  hasEnded = false;
  /** Of the connection that it uses now. */
  pid = 0;
  readonly #changed: () => void;
  readonly #grant: (actor: number, step: number) => void;
  /** Other steps are taken at once. */
  counts: Counts = () => true;

  constructor(
    stage: { url: string; grant: (actor: number, step: number) => void; changed: () => void },
    number: number,
    name: string,
  ) {
    this.name = name;
    this.number = number;
    this.#changed = stage.changed;
    this.#grant = stage.grant;
    this.database = openGated(stage.url, this);
  }

  gate(step: string): Promise<void> {
    if (!this.isActive || quiet.test(step) || !this.counts(step)) return Promise.resolve();
    return new Promise((resolve) => this.stand(step, resolve));
  }

  /** A function of the schema stands before its next statement. */
  paused(step: number, name: string): void {
    const go = () => this.#grant(this.number, step);
    if (!this.isActive) go();
    else this.stand(name, go);
  }

  stand(step: string, go: () => void): void {
    this.waiting = { step, go };
    this.#changed();
  }

  end(): void {
    this.hasEnded = true;
    this.isActive = false;
    this.#changed();
  }
}

interface Connected {
  readonly url: string;
  readonly drop: () => Promise<void>;
  readonly control: pg.Client;
  readonly functions: Definitions;
}

export class Stage {
  readonly url: string;
  readonly actors: readonly Actor[];
  readonly #actors: readonly GatedActor[];
  readonly #control: pg.Client;
  readonly #drop: () => Promise<void>;
  readonly #functions: Definitions;
  #asking: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;

  private constructor({ url, drop, control, functions }: Connected, names: readonly string[]) {
    this.url = url;
    this.#drop = drop;
    this.#control = control;
    this.#functions = functions;
    const changed = () => this.#wake();
    const grant = (actor: number, step: number) => void this.#grant(actor, step);
    this.#actors = names.map((name, index) => new GatedActor({ url, grant, changed }, index + 1, name));
    this.actors = this.#actors;
  }

  /** A database of its own, whose functions pause for the actors. */
  static async open(names: readonly string[]): Promise<Stage> {
    const { url, drop } = await createTestDatabase();
    const control = new pg.Client({ connectionString: url });
    await control.connect();
    // Longer than the deletion of a repository waits for a lock, as in earnest, where it is 1 s.
    await control.query(
      `alter database ${control.escapeIdentifier(control.database ?? '')} set deadlock_timeout = '300ms'`,
    );
    const functions = await preparePauses(control, names.length);
    for (const [index] of names.entries()) {
      await control.query('select pg_advisory_lock($1, 1)', [index + 1]);
    }
    return new Stage({ url, drop, control, functions }, names);
  }

  async close(): Promise<void> {
    for (const { database } of this.#actors) await database.close();
    await this.#control.end();
    await this.#drop();
  }

  /** Only steps that begin like this count; the others go with the one before. */
  async pauseAt(steps: readonly string[]): Promise<void> {
    const counts: Counts = (step) => steps.some((beginning) => step.startsWith(beginning));
    await installPauses(this.#control, this.#functions, counts);
    for (const actor of this.#actors) actor.counts = counts;
  }

  /** Another body for a function of the schema, to see that a fault in it would be found; `pauseAt` puts things right. */
  async mutate(name: string, change: (definition: string) => string): Promise<void> {
    const right = this.#functions.get(name) ?? '';
    const wrong = change(right);
    if (wrong === right) throw new Error(`nothing of ${name} was changed`);
    await installPauses(this.#control, new Map([[name, wrong]]), this.#actors[0]?.counts ?? (() => true));
  }

  /** Runs one piece of work per actor, all of them to their end, in the order that `choose` says. */
  async run(work: readonly (() => Promise<unknown>)[], choose: Choose): Promise<Trace> {
    const cast = this.#actors.slice(0, work.length);
    const steps: Trace['steps'] = [];
    const running = work.map(async (act, index) => {
      const actor = cast[index];
      if (!actor) throw new Error('more work than actors');
      Object.assign(actor, { isActive: true, hasEnded: false, waiting: undefined });
      try {
        return await act();
      } finally {
        actor.end();
      }
    });
    const results = Promise.allSettled(running);
    let last = 0;
    for (;;) {
      await this.#settle(cast);
      const enabled = cast.flatMap(({ waiting }, index) => (waiting ? [index] : []));
      if (enabled.length === 0) break;
      enabled.sort((a, b) => Number(b === last) - Number(a === last) || a - b);
      const chosen = choose(enabled, steps.length);
      const next = cast[chosen]?.waiting;
      if (!next) throw new Error(`actor ${chosen} was chosen, and cannot go on`);
      steps.push({ actor: chosen, step: next.step, enabled });
      Object.assign(cast[chosen] ?? {}, { waiting: undefined });
      next.go();
      last = chosen;
    }
    return { steps, results: await results };
  }

  /** Until every actor stands, has ended, or waits for one that stands. */
  async #settle(cast: readonly GatedActor[]): Promise<void> {
    for (let tries = 0; ; tries++) {
      const moving = () => cast.filter(({ hasEnded, waiting }) => !hasEnded && !waiting);
      if (moving().length === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await Promise.race([promise, delay(tries < 5 ? 2 : 10)]);
      const still = moving();
      if (still.length === 0) return;
      // Nobody stands: a deadlock, which PostgreSQL ends, or a timer.
      if (!cast.some(({ waiting }) => waiting)) continue;
      const held = await this.#held(cast, still);
      if (moving().every((actor) => held.has(actor.pid))) return;
    }
  }

  /** Of these the connections that wait, perhaps through others, for an actor that stands. */
  async #held(cast: readonly GatedActor[], still: readonly GatedActor[]): Promise<ReadonlySet<number>> {
    const { rows } = await this.#ask<{ pid: number; blockers: number[] }>(
      'select pid, pg_blocking_pids(pid) as blockers from unnest($1::int[]) pid',
      [still.map(({ pid }) => pid)],
    );
    const standing = new Set(cast.filter(({ waiting }) => waiting).map(({ pid }) => pid));
    const held = new Set<number>();
    for (let before = -1; before < held.size; ) {
      before = held.size;
      for (const { pid, blockers } of rows) {
        if (blockers.some((one) => standing.has(one) || held.has(one))) held.add(pid);
      }
    }
    return held;
  }

  /** One query at a time, as the connection wants it. */
  #ask<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
    const asked = this.#asking.then(() => this.#control.query<Row>(text, values));
    this.#asking = asked.catch(() => undefined);
    return asked;
  }

  async #grant(actor: number, step: number): Promise<void> {
    await this.#ask('select pg_advisory_lock($1, $2), pg_advisory_unlock($1, $3)', [actor, step + 1, step]);
  }
}

/** The connections of a server, whose every statement waits for the actor's turn. */
function openGated(url: string, actor: GatedActor): Database {
  const real = pg.Client.prototype.query as unknown as (this: pg.Client, ...args: unknown[]) => unknown;
  const gated = function (this: pg.Client & { processID?: number }, ...args: unknown[]): unknown {
    const send = () => {
      actor.pid = this.processID ?? 0;
      if (!heard.has(this)) listen(this);
      return Reflect.apply(real, this, args);
    };
    const turn = actor.gate(nameOf(args[0]));
    const done = args.at(-1);
    if (typeof done !== 'function') return turn.then(send);
    void turn.then(send);
    return undefined;
  };
  const heard = new WeakSet<pg.Client>();
  const listen = (client: pg.Client) => {
    heard.add(client);
    client.on('notice', ({ message = '' }) => {
      const [, step, name] = /^faults (\d+) (.*)$/.exec(message) ?? [];
      if (name !== undefined) actor.paused(Number(step), name);
    });
  };
  const { prototype } = pg.Client;
  // The pool takes the method that is there when it is made.
  Object.assign(prototype, { query: gated });
  try {
    return openDatabase(url, { max: 2, applicationName: `actor ${actor.number}` });
  } finally {
    Object.assign(prototype, { query: real });
  }
}

/** Statements of the hot path by their name; others, whatever they are prepared as, by what they begin with. */
function nameOf(query: unknown): string {
  const { name, text }: { name?: string | undefined; text: string } =
    typeof query === 'string' ? { text: query } : (query as pg.QueryConfig);
  if (name !== undefined && !/^list-\d+$/.test(name)) return name;
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, 60);
}
