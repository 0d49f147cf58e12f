import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import { countable } from '#src/database/counts.ts';
import { run, statement } from '#src/database/pool.ts';
import { listAt } from '#src/database/prepared.ts';
import { listedInProject, listedInRepository } from '#src/features/repositories/index.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import { type Clauses, parseQuery } from '#src/http/query.ts';
import { contentFilter, type Within, withPlusSigns } from './content-filter.ts';
import type { Sought } from './find.store.ts';

/** An artifact as lists show it, without what other tables hold beside it. */
export interface ListedArtifact {
  readonly id: number;
  readonly project_id: number;
  readonly repository_id: number;
  readonly repository_name: string;
  readonly blob_id: number;
  readonly digest: string;
  readonly type: string;
  readonly media_type: string;
  readonly config_media_type: string | null;
  readonly artifact_type: string | null;
  readonly artifact_media_type: string;
  readonly size: number;
  readonly annotations: Record<string, string> | null;
  readonly push_time: Date;
  readonly pull_time: Date | null;
  /** JSON of what its config says; null until the config was read. */
  readonly attributes: string | null;
  /** Most have neither: whoever shows them asks for those alone. */
  readonly has_labels: boolean;
  readonly has_accessories: boolean;
}

// Harbor: an artifact's media type is its config's; an index may name one in an annotation (CNAB does).
const mediaType = `coalesce(a.config_media_type, a.annotations->>'org.opencontainers.artifactType', a.media_type)`;

const keys: ListKeys = {
  keys: {
    id: { type: 'integer', sql: sql.ref('a.id') },
    type: { type: 'text', sql: sql.ref('a.type') },
    digest: { type: 'text', sql: sql.ref('a.digest') },
    media_type: { type: 'text', sql: sql.raw(mediaType) },
    manifest_media_type: { type: 'text', sql: sql.ref('a.media_type') },
    artifact_type: { type: 'text', sql: sql.ref('a.artifact_type') },
    size: { type: 'integer', sql: sql.ref('a.size') },
    push_time: { type: 'time', sql: sql.ref('a.push_time') },
    pull_time: { type: 'time', sql: sql.ref('a.pull_time') },
    repository_id: { type: 'integer', sql: sql.ref('a.repository_id') },
    repository_name: {
      type: 'text',
      sql: sql`(select n.name from repository n where n.repository_id = a.repository_id)`,
    },
    project_id: { type: 'integer', sql: sql.ref('a.project_id') },
  },
  refused: [],
  order: 'id',
  tie: '-a.id',
};

/** Of a project in the order of their pushes, which is almost that of their ids, and has an index. */
const projectKeys: ListKeys = { ...keys, order: 'push_time', tie: 'a.id' };

/**
 * Annotations and attributes of more bytes than this are left out of lists, so that 100 rows stay a few megabytes
 * whatever was pushed (a manifest may hold 4 MiB of annotations); one artifact alone shows them whole.
 */
export const listedBytes = 65_536;

const columns = (bytes: number) => `
  a.id, a.project_id, a.repository_id, r.name as repository_name, a.blob_id, a.digest, a.type, a.media_type,
  a.config_media_type, a.artifact_type, ${mediaType} as artifact_media_type, a.size, a.push_time, a.pull_time,
  case when octet_length(a.annotations::text) <= ${bytes} then a.annotations end as annotations,
  case when octet_length(d.attributes) <= ${bytes} then d.attributes
       when d.blob_id is not null then '{}' end as attributes,
  (select true from artifact_label l where l.artifact_id = a.id limit 1) is not null as has_labels,
  (select true from artifact x where x.repository_id = a.repository_id and x.accessory_of = a.digest limit 1)
    is not null as has_accessories`;

const beside = `
  join repository r on r.repository_id = a.repository_id
  left join artifact_detail d on d.blob_id = a.blob_id`;

const listed = sql.raw(columns(listedBytes));
const joined = sql.raw(beside);

export async function listArtifacts(
  ctx: Context,
  within: Within,
  page: Page,
): Promise<{ rows: ListedArtifact[]; count: () => Promise<number> }> {
  const clauses = withPlusSigns(parseQuery(page.q));
  const list = 'project' in within ? projectKeys : keys;
  const from = (counting: boolean) =>
    source(
      within,
      sql<SqlBool>`${contentFilter(clauses, { within, counting })} and ${filterOf(clauses, list)}`,
    );
  const order = orderOf(page, list);
  // The page first and its details then: sorting is of ids alone.
  const { rows } = await sql<ListedArtifact>`
    select ${listed}
      from (select a.id from ${from(false)} order by ${order} ${sliceOf(page)}) p
      join artifact a on a.id = p.id ${joined} order by ${order}`.execute(ctx.db);
  const all =
    clauses.size === 0
      ? everyOneOf(within)
      : sql<{ total: number }>`select count(*) as total from ${from(true)}`;
  return { rows, count: () => ctx.counts.total(page, rows.length, countable(ctx.db, all)) };
}

/** A list of the latest ones always has a filter. */
function everyOneOf(within: Within): RawBuilder<{ total: number }> {
  return 'repository' in within ? listedInRepository(within.repository) : listedInProject(within.project);
}

const showing = (id: string) => `
  select ${columns(2 ** 30)} from artifact a ${beside}
   where a.id = (select (${id}) from repository s where s.name = $1 and s.project_id = $2)`;
const shownByDigest = statement<ListedArtifact>(
  'show-artifact-by-digest',
  showing('select id from artifact where digest = $3 and repository_id = s.repository_id'),
);
const shownByTag = statement<ListedArtifact>(
  'show-artifact-by-tag',
  showing('select artifact_id from tag where name = $3 and repository_id = s.repository_id'),
);

/** One artifact, with all of its annotations and attributes. */
export async function showArtifact(ctx: Context, sought: Sought): Promise<ListedArtifact | undefined> {
  const { name, project_id } = sought;
  const [row] = await ('digest' in sought
    ? run(ctx.db, shownByDigest, [name, project_id, sought.digest])
    : run(ctx.db, shownByTag, [name, project_id, sought.tag]));
  return row;
}

const listedByIds = statement<ListedArtifact>(
  'artifacts-by-ids',
  `select ${columns(listedBytes)} from artifact a ${beside} where a.id = any (${listAt('$1')})`,
);

/** Artifacts as lists show them, in no order. */
export const listByIds = (ctx: Context, ids: readonly number[]): Promise<ListedArtifact[]> =>
  run(ctx.db, listedByIds, [ids]);

/**
 * Everything that a list with this filter shows, or that is named, as a query of `tag` (null), `digest` and
 * `artifact_id`; what indexes need comes after all others.
 */
export function selectArtifacts(
  repository: number,
  wanted: { readonly clauses: Clauses } | { readonly digests: readonly string[] },
): RawBuilder<{ tag: null; digest: string; artifact_id: number }> {
  const within = { repository };
  const filter = (clauses: Clauses) =>
    sql<SqlBool>`${contentFilter(clauses, { within, counting: true })} and ${filterOf(clauses, keys)}`;
  const which =
    'digests' in wanted
      ? sql<SqlBool>`a.digest = any(${wanted.digests}::text[])`
      : filter(withPlusSigns(wanted.clauses));
  return sql`
    select null::text as tag, a.digest, a.id as artifact_id from ${source(within, which)}
     order by exists (select from artifact_child c where c.child_id = a.id), a.id desc`;
}

function source(within: Within, wanted: RawBuilder<SqlBool>): RawBuilder<unknown> {
  if ('repository' in within) {
    return sql`artifact a where a.repository_id = ${within.repository} and ${wanted}`;
  }
  if (!within.latestOnly) return sql`artifact a where a.project_id = ${within.project} and ${wanted}`;
  return sql`repository r cross join lateral (
      select * from artifact a where a.repository_id = r.repository_id and ${wanted}
       order by a.push_time desc, a.id desc limit 1
    ) a where r.project_id = ${within.project}`;
}
