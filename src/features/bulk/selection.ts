import { sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { selectArtifacts } from '#src/features/artifacts/index.ts';
import type { Repository } from '#src/features/repositories/index.ts';
import { selectTags } from '#src/features/tags/index.ts';
import { parseQuery } from '#src/http/query.ts';
import * as store from './bulk.store.ts';
import type { Target } from './rights.ts';

export interface Wanted {
  readonly action: 'delete' | 'add_label' | 'remove_label';
  readonly target: Target;
  readonly q: string | undefined;
  readonly names: readonly string[] | undefined;
  readonly label_id: number | undefined;
}

/** Larger jobs would hold too much at once; two of half the size do the same. */
const most = 100_000;

/**
 * What a filter finds at this moment. Labels are on artifacts, so tags stand for what they name; artifacts come before
 * those that they hold, since nothing goes while an index needs it.
 */
export async function select(
  ctx: Context,
  { repository_id }: Repository,
  { action, target, q, names }: Wanted,
): Promise<store.Selected[]> {
  if (q !== undefined && names !== undefined) {
    throw new Failure('BAD_REQUEST', 'either q or names says what is meant, not both');
  }
  const clauses = parseQuery(q);
  const found =
    target === 'tags'
      ? selectTags(repository_id, names === undefined ? { clauses } : { names })
      : selectArtifacts(repository_id, names === undefined ? { clauses } : { digests: names });
  const selection =
    target === 'tags' && action !== 'delete'
      ? sql<store.Selected>`select distinct null::text as tag, f.digest, f.artifact_id from (${found}) f`
      : found;
  const rows = await store.listSelected(ctx.db, selection, most + 1);
  if (rows.length > most) {
    throw new Failure('BAD_REQUEST', `more than ${most} match: narrow the filter, and do it in parts`);
  }
  return rows;
}
