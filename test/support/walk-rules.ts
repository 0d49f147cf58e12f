import type { TestApp } from './app.ts';
import type { Caller } from './walk-callers.ts';
import type { Call, Place } from './walk-place.ts';

/** Who is let in, as rbac.md section 8 has it: the permission asked, or what the row says in words. */
export type Rule =
  | 'open'
  | 'login'
  | `project ${string}:${string}`
  | `system ${string}:${string}`
  | ((who: Caller) => boolean);

/** What a visit works with. `number` is another one for each call. */
export interface Scene {
  readonly app: TestApp;
  readonly place: Place;
  readonly number: number;
  /** Ids of what lies below the object of that number. */
  readonly below?: readonly number[];
  readonly who: Caller;
}

export interface Visit {
  readonly rule: Rule;
  /** The status for whoever is let in: 200, unless it is said. */
  readonly status?: number | ((who: Caller) => number);
  /** Makes what the call needs; of those who are refused, all meet the same. */
  readonly prepare?: (scene: Scene) => Promise<Pick<Scene, 'number' | 'below'> | void>;
  readonly call: (scene: Scene) => Call;
  /** Puts right what a call that was let in did to later visits. */
  readonly restore?: (scene: Scene) => Promise<void>;
  /** Whoever lacks this permission is told that the object is not there, rather than that he may not. */
  readonly hiddenWithout?: `project ${string}:${string}`;
  /** What those who are refused get, whoever they are, in place of 401 and 403. */
  readonly refusal?: number;
}

/** By operation; where one has two rules, the second key goes on after a blank. */
export type Visits = Readonly<Record<string, Visit>>;

export const get = (path: string): Call => ({ method: 'GET', path });
export const post = (path: string, body: object = {}): Call => ({ method: 'POST', path, body });
export const put = (path: string, body: object = {}): Call => ({ method: 'PUT', path, body });
export const remove = (path: string): Call => ({ method: 'DELETE', path });
