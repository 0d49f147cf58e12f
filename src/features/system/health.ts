import { sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { type BlobDriver, NoSuchObject } from '#src/storage/driver.ts';

export interface Component {
  readonly name: string;
  /** Absent: healthy. Anybody may read it, so it says nothing about addresses or causes (G-73). */
  readonly error?: string;
}

/** A component that takes longer is unhealthy (ms): whoever asks wants to know now. */
const patience = 5_000;

/** The components that exist here, by Harbor's names: `registry` stands for the storage behind it. */
export async function checkHealth(ctx: Context, storage: BlobDriver): Promise<Component[]> {
  const asked = await Promise.all([
    checked(ctx, 'database', 'the database does not answer', () => sql`select 1`.execute(ctx.db)),
    checked(ctx, 'registry', 'the storage does not answer', (signal) => askStorage(storage, signal)),
  ]);
  return [{ name: 'core' }, ...asked];
}

async function checked(
  ctx: Context,
  name: string,
  error: string,
  check: (signal: AbortSignal) => Promise<unknown>,
): Promise<Component> {
  const signal = AbortSignal.timeout(patience);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${patience} ms`)), {
      once: true,
    });
  });
  try {
    await Promise.race([check(signal), late]);
    return { name };
  } catch (cause) {
    ctx.log.error({ err: cause, component: name }, 'a health check failed');
    return { name, error };
  }
}

/** A name that no driver gives out: "there is no such object" is the healthy answer. */
async function askStorage(storage: BlobDriver, signal: AbortSignal): Promise<void> {
  try {
    await storage.size('blobs/health', signal);
  } catch (error) {
    if (!(error instanceof NoSuchObject)) throw error;
  }
}
