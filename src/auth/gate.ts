import { Failure } from '#src/failures.ts';

export interface GateLimits {
  /** At once: each hash takes 19 MiB and one of the four threads that file reads use too. */
  readonly running: number;
  readonly waiting: number;
  /** Of one network, so that it cannot fill the queue for everybody. */
  readonly waitingEach: number;
}

const usual: GateLimits = { running: 2, waiting: 512, waitingEach: 64 };

/**
 * Bounds how many passwords are hashed at once. Networks that wait take turns; who finds the queue full is told
 * to come back (429), which a client does not take for a wrong password.
 */
export class Gate {
  readonly #limits: GateLimits;
  readonly #queues = new Map<string, (() => void)[]>();
  #waiting = 0;
  #running = 0;

  constructor(limits: GateLimits = usual) {
    this.#limits = limits;
  }

  async run<T>(network: string, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.running) this.#running += 1;
    else await this.#turn(network);
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(network: string): Promise<void> {
    const queue = this.#queues.get(network) ?? [];
    if (this.#waiting >= this.#limits.waiting || queue.length >= this.#limits.waitingEach) {
      throw new Failure(
        'TOO_MANY_REQUEST',
        'too many logins are being checked at the moment, try again in a second',
        {
          headers: { 'retry-after': '1' },
        },
      );
    }
    this.#queues.set(network, queue);
    this.#waiting += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.push(resolve);
    return promise;
  }

  /** Hands the place to the network whose turn it is; it goes to the end of the line afterwards. */
  #next(): void {
    for (const [network, queue] of this.#queues) {
      const start = queue.shift();
      this.#queues.delete(network);
      if (queue.length > 0) this.#queues.set(network, queue);
      if (start === undefined) continue;
      this.#waiting -= 1;
      start();
      return;
    }
    this.#running -= 1;
  }
}
