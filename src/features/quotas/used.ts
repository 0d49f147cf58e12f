/**
 * SQL of the bytes that a project uses: what is in its row of `quota as q`, and the charges that are not folded
 * into it yet.
 */
export const usedStorage = `(q.used_storage + coalesce((select sum(c.bytes) from quota_charge c
  where c.project_id = q.project_id), 0))::bigint`;
