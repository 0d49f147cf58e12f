import type { Context } from '#src/context.ts';
import * as store from './storage-use.store.ts';

/** People wait for the answer; what was found until then is more use to them than none. */
const patienceMilliseconds = 4_000;
const projectsAtOnce = 8;

export interface StorageUse {
  readonly repositories: store.RepositoryUse[];
  /** False: it took too long, and there may be bigger ones. */
  readonly complete: boolean;
}

/**
 * The biggest repositories. None is bigger than its project, so projects are looked into from the biggest one down, and
 * no further than to one that is smaller than what is found: usually the first few.
 */
export function biggestRepositories(ctx: Context, asked: Asked): Promise<StorageUse> {
  // Seconds of work on a connection each: asked for often, they would leave none for others.
  return ctx.counts.shared(`biggest repositories ${JSON.stringify(asked)}`, () => find(ctx, asked));
}

interface Asked {
  readonly limit: number;
  readonly project_id?: number;
}

async function find(ctx: Context, { limit, project_id }: Asked): Promise<StorageUse> {
  const until = performance.now() + patienceMilliseconds;
  const left = () => Math.max(1, Math.round(until - performance.now()));
  let open = await store.listProjects(ctx.db, project_id);
  let found: store.RepositoryUse[] = [];
  let complete = true;
  while (complete && open.length > 0) {
    const least = found.length < limit ? 0 : (found.at(-1)?.size ?? 0);
    const next = open.filter(({ used }) => used > least).slice(0, projectsAtOnce);
    if (next.length === 0) break;
    open = open.slice(next.length);
    const ids = next.map((project) => project.project_id);
    const bigger = await store.biggestIn(ctx.db, ids, limit, left());
    complete = bigger !== undefined && performance.now() < until;
    found = [...found, ...(bigger ?? [])].toSorted((a, b) => b.size - a.size).slice(0, limit);
  }
  const own = await store.ownSizes(
    ctx.db,
    found.map(({ repository_id }) => repository_id),
    left(),
  );
  return { repositories: found.map((one) => withOwn(one, own?.get(one.repository_id))), complete };
}

const withOwn = (one: store.RepositoryUse, own_size: number | undefined): store.RepositoryUse =>
  own_size === undefined ? one : { ...one, own_size };
