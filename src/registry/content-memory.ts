import { Failure } from '#src/failures.ts';

/** How long a statement may go on whose connection was given up: twice its deadline (database/pool.ts). */
const settlingMilliseconds = 60_000;

/**
 * What a repository holds, remembered by the only process that writes it (embedded database, one worker), so that
 * a warm pull needs no query: 48 k manifests/s against 21 k with one query each. Where others write too, nothing
 * is remembered and every read asks the database.
 *
 * A tag stays an atomic register (house invariant 8): while a write is under way its repository is not answered
 * from here, and an answer fetched before or during the write is not kept. A write whose outcome nobody knows may be
 * committed late: then nothing is kept until the database has answered again and had the time to end it. Keys hold
 * the repository (S-074).
 */
export class ContentMemory<Value> {
  readonly #enabled: boolean;
  readonly #limit: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, { state: RepositoryState; epoch: number; value: Value }>();
  readonly #states = new Map<string, RepositoryState>();

  constructor(options: { enabled: boolean; limit: number; now?: () => number }) {
    this.#enabled = options.enabled;
    this.#limit = options.limit;
    this.#now = options.now ?? Date.now;
  }

  get(repository: string, key: string): Value | undefined {
    if (!this.#enabled) return undefined;
    const entry = this.#entries.get(`${repository} ${key}`);
    if (!entry || entry.epoch !== entry.state.epoch || entry.state.writers > 0) return undefined;
    return entry.value;
  }

  /** To be called before asking the database; `keep` files the answer under the state it was asked in. */
  expect(repository: string): { keep(key: string, value: Value): void } | undefined {
    if (!this.#enabled) return undefined;
    const state = this.#state(repository);
    if (state.writers > 0) return undefined;
    if (state.doubtedUntil > this.#now()) return { keep: () => this.#settle(state) };
    const epoch = state.epoch;
    return {
      keep: (key, value) => {
        if (this.#entries.size >= this.#limit) this.#entries.delete(this.#entries.keys().next().value ?? '');
        this.#entries.set(`${repository} ${key}`, { state, epoch, value });
      },
    };
  }

  /** Runs a write of the repository's tags, artifacts or links; nothing known before it is believed after it. */
  async changing<T>(repository: string, write: () => Promise<T>): Promise<T> {
    if (!this.#enabled) return write();
    const state = this.#state(repository);
    state.writers += 1;
    try {
      return await write();
    } catch (error) {
      if (!isDecided(error)) state.doubtedUntil = Infinity;
      throw error;
    } finally {
      state.epoch += 1;
      state.writers -= 1;
    }
  }

  /** For changes that another process made behind the sole writer's back: `moorage verify --repair`. */
  forgetAll(): void {
    for (const state of this.#states.values()) state.epoch += 1;
    this.#entries.clear();
  }

  /** The database answers: what it still has to do for a connection that was given up ends soon. */
  #settle(state: RepositoryState): void {
    if (state.doubtedUntil === Infinity) state.doubtedUntil = this.#now() + settlingMilliseconds;
  }

  #state(repository: string): RepositoryState {
    let state = this.#states.get(repository);
    if (!state) {
      if (this.#states.size >= this.#limit) this.#dropStates();
      state = { epoch: 0, writers: 0, doubtedUntil: 0 };
      this.#states.set(repository, state);
    }
    return state;
  }

  #dropStates(): void {
    for (const [name, state] of this.#states) {
      if (state.writers > 0 || state.doubtedUntil > this.#now()) continue;
      state.epoch = -1;
      this.#states.delete(name);
    }
    this.#entries.clear();
  }
}

interface RepositoryState {
  epoch: number;
  writers: number;
  /** Milliseconds since the epoch; infinite until the database has answered after a write of unknown outcome. */
  doubtedUntil: number;
}

/** True when the write has certainly come to its end: we refused it, or PostgreSQL said no. */
function isDecided(error: unknown): boolean {
  if (error instanceof Failure) return true;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(\d|MR|P0)/.test(code) && !/^(08|57P|58)/.test(code);
}
