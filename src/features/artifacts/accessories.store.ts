import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { countable } from '#src/database/counts.ts';
import type { Db } from '#src/database/pool.ts';
import { anyOf, eachOf } from '#src/database/prepared.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import { type Clauses } from '#src/http/query.ts';

/**
 * Which artifact is an accessory of which: the database notes at the push whose digest an artifact names, by its
 * subject or by cosign's tag (artifact.accessory_of, migration 6). They belong together while both are in the same
 * repository, whichever was pushed first.
 */
export interface AccessoryRow {
  readonly id: number;
  readonly subject_id: number;
  readonly subject_digest: string;
  readonly repository_name: string;
  readonly digest: string;
  readonly accessory_type: string;
  readonly size: number;
  readonly push_time: Date;
}

/** True for an artifact `a` that belongs to another one, which is there. See content-filter.ts for the form. */
export const isAccessory = sql<SqlBool>`(a.accessory_of is not null and (
  select true from artifact s where s.repository_id = a.repository_id and s.digest = a.accessory_of) is not null)`;

const columns = sql`x.id, s.id as subject_id, s.digest as subject_digest, r.name as repository_name, x.digest,
  x.accessory_type, x.size, x.push_time`;

const ofSubject = (most: number) => sql`lateral (
  select * from artifact a where a.repository_id = s.repository_id and a.accessory_of = s.digest order by a.id limit ${most}
) x`;

/** The accessories of each artifact, at most `most` of each. */
export async function accessoriesOf(
  db: Db,
  subjects: readonly number[],
  most: number,
): Promise<AccessoryRow[]> {
  const { rows } = await sql<AccessoryRow>`
    select ${columns} from artifact s join repository r using (repository_id) cross join ${ofSubject(most)}
     where s.id = ${anyOf(subjects)} order by s.id, x.id`.execute(db);
  return rows;
}

/** The accessories of the indexes that hold each artifact: what is signed with the index. */
export async function inheritedAccessoriesOf(
  db: Db,
  children: readonly number[],
  most: number,
): Promise<(AccessoryRow & { child_id: number })[]> {
  const { rows } = await sql<AccessoryRow & { child_id: number }>`
    select i.id as child_id, p.* from ${eachOf(children)} i(id) cross join lateral (
      select ${columns}
        from (select distinct c.parent_id from artifact_child c where c.child_id = i.id) c
        join artifact s on s.id = c.parent_id join repository r using (repository_id) cross join ${ofSubject(most)}
       order by x.id limit ${most}
    ) p order by i.id, p.id`.execute(db);
  return rows;
}

const keys: ListKeys = {
  keys: {
    id: { type: 'integer', sql: sql.ref('x.id') },
    artifact_id: { type: 'integer', sql: sql.ref('x.id') },
    type: { type: 'text', sql: sql.ref('x.accessory_type') },
    digest: { type: 'text', sql: sql.ref('x.digest') },
    size: { type: 'integer', sql: sql.ref('x.size') },
    creation_time: { type: 'time', sql: sql.ref('x.push_time') },
  },
  refused: [],
  order: 'id',
  tie: 'x.id',
};

export async function listAccessories(
  ctx: Context,
  subject: number,
  clauses: Clauses,
  page: Page,
): Promise<{ rows: AccessoryRow[]; total: number }> {
  const query = <Row>(selection: RawBuilder<unknown>, end: RawBuilder<unknown>) => sql<Row>`
    select ${selection} from artifact s join repository r using (repository_id)
      join artifact x on x.repository_id = s.repository_id and x.accessory_of = s.digest
     where s.id = ${subject} and ${filterOf(clauses, keys)} ${end}`;
  const { rows } = await query<AccessoryRow>(
    columns,
    sql`order by ${orderOf(page, keys)} ${sliceOf(page)}`,
  ).execute(ctx.db);
  const all = query<{ total: number }>(sql`count(*) as total`, sql``);
  return { rows, total: await ctx.counts.total(page, rows.length, countable(ctx.db, all)) };
}
