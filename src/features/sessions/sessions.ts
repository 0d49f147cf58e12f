import type { LoggedIn } from '#src/auth/authenticate.ts';
import { foldName } from '#src/auth/names.ts';
import { endSession, startSession } from '#src/auth/sessions.ts';
import { type Context, inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record, recordFailed } from '#src/features/audit/index.ts';
import { findLoginNamed, findUser, isTaken } from '#src/features/users/index.ts';
import { FailedLogins } from './failed-logins.ts';

export interface SessionParts {
  /** Undefined for every failure alike. */
  logIn(name: string, password: string, clientAddress: string): Promise<LoggedIn | undefined>;
  /** Setting external_url. */
  readonly externalUrl: string | undefined;
  /** Whether this server listens with TLS. */
  readonly secure: boolean;
}

interface GivenLogin {
  readonly principal: string;
  readonly password: string;
  /** The session that the request carries: it ends, whether it was one or not (G-55). */
  readonly session: string | undefined;
  /** What tokens against forged requests are made from. */
  readonly secret: Buffer;
}

/** What the cookie of the new session holds; undefined for whatever was wrong (G-52). */
export async function logIn(
  ctx: Context,
  parts: SessionParts,
  given: GivenLogin,
): Promise<string | undefined> {
  const found = await parts.logIn(given.principal, given.password, ctx.clientAddress);
  // Harbor: sessions are for people.
  if (found === undefined || found.who.kind !== 'user') return undefined;
  const { name } = found.who;
  return inTransaction(ctx, async (ctx) => {
    if (given.session !== undefined) await endSession(ctx.db, given.session);
    const id = await startSession(ctx.db, found, given.secret, ctx.live.get('session_timeout'));
    await record(ctx, { operation: 'login', resource_type: 'user', resource: name, username: name });
    return id;
  });
}

/**
 * Records logins that fail, by the form or by Basic credentials (G-71). What was typed may be a password in the wrong
 * field, so an unknown name is not written down. Does not throw: the client gets to hear that the login failed.
 */
export function recordingFailedLogins(ctx: Omit<Context, 'clientAddress'>) {
  const failures = new FailedLogins();
  return async ({ name, address }: { name: string; address: string }, known: boolean): Promise<void> => {
    const omitted = failures.admit(foldName(name), address);
    if (omitted === undefined) return;
    try {
      // A robot is called what it calls itself, a person what the account is. Asked in any case: no name is slower.
      const person = await findLoginNamed(ctx.db, name);
      const username = known ? (person ?? name) : '(unknown name)';
      await recordFailed(
        { ...ctx, clientAddress: address },
        {
          operation: 'login',
          resource_type: 'user',
          resource: username,
          username,
          ...(omitted > 0 && { detail: { not_recorded: omitted } }),
        },
      );
    } catch (error) {
      ctx.log.warn({ err: error }, 'a failed login could not be recorded');
    }
  };
}

export async function logOut(ctx: Context, session: string): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const id = await endSession(ctx.db, session);
    const user = id === undefined ? undefined : await findUser(ctx.db, id);
    if (user === undefined) return;
    const { username } = user;
    await record(ctx, { operation: 'logout', resource_type: 'user', resource: username, username });
  });
}

/** Harbor: the sign-up form asks while somebody types. It tells no more than a sign-up that fails. */
export async function userExists(ctx: Context, target: string | undefined, value: string): Promise<boolean> {
  const administrator = ctx.who.kind === 'user' && ctx.who.sysadmin;
  if (!administrator && !ctx.live.get('self_registration')) {
    throw new Failure('PRECONDITION', 'self registration disabled, only sysadmin can check user existence');
  }
  if (target !== 'username' && target !== 'email') {
    throw new Failure('BAD_REQUEST', 'target must be username or email');
  }
  return isTaken(ctx.db, target, value);
}
