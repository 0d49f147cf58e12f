import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import type { Database, Tx } from '#src/database/pool.ts';
import type { Credentials } from '#src/http/credentials.ts';
import type { Authenticator, Identity, LoggedIn } from './authenticate.ts';
import type { Directory } from './directory.ts';
import {
  findSession,
  insertSession,
  removeExpiredSessions,
  removeSession,
  renewSession,
} from './sessions.store.ts';

export interface SessionsOptions {
  readonly database: Database;
  readonly directory: Directory;
  /** Setting session_timeout. */
  readonly minutes: () => number;
}

export { removeSessionsOf } from './sessions.store.ts';

/** Nothing that we made is longer. */
const longestId = 200;

/**
 * Who a session's cookie belongs to. Each look-up asks the database (one indexed statement): whatever kept the
 * answer would have to be told of every logout, and until the news came an ended session would live on.
 */
export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Undefined when it is no session, or one that ended. `renew`: the use prolongs it. */
  async identify(id: string, renew: boolean): Promise<Identity | undefined> {
    if (id.length > longestId) return undefined;
    const { database, directory } = this.#options;
    const minutes = lifetimeOf(this.#options.minutes());
    const idHash = hashOf(id);
    const found = await findSession(database, idHash, minutes);
    if (found === undefined) return undefined;
    const who = await directory.principal({ kind: 'user', id: found.user_id, epoch: found.epoch });
    if (who === undefined) return undefined;
    if (renew && found.due) await renewSession(database, idHash, minutes);
    return { who, how: 'session', epoch: found.epoch };
  }
}

/** Who sends a request: its Authorization header decides, right or wrong; without one, the session of its cookie. */
export async function identifyCaller(
  parts: { readonly authenticator: Authenticator; readonly sessions: Sessions },
  { authorization, session, renewSession: renew, clientAddress }: Credentials,
): Promise<Identity> {
  if (authorization === undefined && session !== undefined) {
    const found = await parts.sessions.identify(session, renew);
    if (found !== undefined) return found;
  }
  return parts.authenticator.identify(authorization, clientAddress);
}

/**
 * Begins the session of a person who has just logged in, and returns what its cookie holds: `secret`, to which
 * http/csrf.ts binds tokens, after an id that nobody can know before (G-55). Also removes some expired rows, more
 * than a login adds.
 */
export async function startSession(
  tx: Tx,
  { holder }: LoggedIn,
  secret: Buffer,
  minutes: number,
): Promise<string> {
  if (holder.kind !== 'user') throw new Error('only people have sessions');
  await removeExpiredSessions(tx, 100);
  const id = Buffer.concat([randomBytes(32), secret]).toString('base64url');
  await insertSession(tx, hashOf(id), holder, lifetimeOf(minutes));
  return id;
}

/** Whose session it was; undefined when there was none. */
export function endSession(tx: Tx, id: string): Promise<number | undefined> {
  return removeSession(tx, hashOf(id));
}

const hashOf = (id: string): Buffer => createHash('sha256').update(id).digest();

/** The setting is any number; a session lasts a minute at least and ten years at most. */
const lifetimeOf = (minutes: number): number => Math.min(Math.max(Math.trunc(minutes), 1), 5_256_000);
