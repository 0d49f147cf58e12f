import { type RawBuilder, sql } from 'kysely';

/**
 * How many artifacts each of these repositories lists without being asked for more: rows of `repository_id` and `total`.
 * Harbor: what signs or describes an artifact that is there belongs to it, an untagged child to its index. The list of
 * artifacts shows the same ones (features/artifacts).
 *
 * Counted are all, from an index alone, less those that are hidden: looking at each artifact whether it is shown takes
 * three look-ups for each (8 ms for ten repositories of a hundred artifacts instead of 0.5).
 */
export function listedCounts(
  repositories: readonly number[],
): RawBuilder<{ repository_id: number; total: number }> {
  const subjectIsThere = sql`(select true from artifact s
    where s.repository_id = a.repository_id and s.digest = a.accessory_of) is not null`;
  return sql`
    select i.id as repository_id,
           (select count(*) from artifact a where a.repository_id = i.id)
         - (select count(*) from artifact a
             where a.repository_id = i.id and a.accessory_of is not null and ${subjectIsThere})
         - (select count(*) from (select distinct child_id from artifact_child where repository_id = i.id) c
             where (select true from tag t where t.artifact_id = c.child_id limit 1) is null
               -- An accessory that is a child as well was taken away above.
               and (select a.accessory_of is null or not (${subjectIsThere}) from artifact a where a.id = c.child_id)
           ) as total
      from unnest(${repositories}::bigint[]) i(id)`;
}
