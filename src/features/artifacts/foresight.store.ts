import { sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import { anyOf } from '#src/database/prepared.ts';

export async function listDigests(
  db: Db,
  ids: readonly number[],
  most: number,
): Promise<{ digest: string; type: string }[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('artifact')
    .select(['digest', 'type'])
    .where('id', '=', anyOf(ids))
    .orderBy('digest')
    .limit(most)
    .execute();
}

export function findRestorable(
  db: Db,
  projectId: number,
  repository: string,
  by: { digest: string } | { tag: string },
) {
  return db
    .selectFrom('trash')
    .select(['digest', 'tags', 'deleted_at', 'restorable_until', 'reason'])
    .where('project_id', '=', projectId)
    .where('repository', '=', repository)
    .where('restorable_until', '>', sql<Date>`now()`)
    .where(
      'digest' in by
        ? sql<boolean>`kind = 'artifact' and digest = ${by.digest}`
        : sql<boolean>`${by.tag} = any(tags)`,
    )
    .orderBy('deleted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}
