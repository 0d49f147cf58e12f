import { type Context, inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import * as store from './preferences.store.ts';

const mostBytes = 32 * 1024;

export async function getPreferences(ctx: Context): Promise<Record<string, unknown>> {
  return (await store.findPreferences(ctx.db, accountOf(ctx))) ?? {};
}

/**
 * Merges `changes` into what is kept, null taking a choice away, and returns the whole. No entry in the audit log:
 * nobody but its owner sees a preference, and nothing depends on it.
 */
export function updatePreferences(ctx: Context, changes: object): Promise<Record<string, unknown>> {
  const user = accountOf(ctx);
  return inTransaction(ctx, async (ctx) => {
    const before = await store.lockPreferences(ctx.db, user);
    const chosen = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
    const document = JSON.stringify(Object.fromEntries(chosen));
    const bytes = Buffer.byteLength(document);
    if (bytes > mostBytes) {
      throw new Failure(
        'REQUEST_ENTITY_TOO_LARGE',
        `preferences of ${bytes} bytes are too large: ${mostBytes} are kept for each account; take away some stars`,
      );
    }
    await store.updatePreferences(ctx.db, user, document);
    return Object.fromEntries(chosen);
  });
}

function accountOf({ who }: Context): number {
  if (who.kind === 'user') return who.id;
  throw new Failure('PRECONDITION', `preferences belong to the accounts of people, and this is ${who.kind}`);
}
