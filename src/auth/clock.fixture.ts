import type { Clock } from './clock.ts';

/** A clock that tests move by hand. */
export class HandClock implements Clock {
  #now = Date.UTC(2026, 0, 2, 3, 4, 5);
  #elapsed = 0;

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    this.#elapsed += milliseconds;
  }
}
