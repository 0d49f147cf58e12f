import { type RawBuilder, type Selectable, sql, type SqlBool } from 'kysely';
import type { Context } from '#src/context.ts';
import { countable } from '#src/database/counts.ts';
import type { Tables } from '#src/database/tables.ts';
import type { Page } from '#src/http/endpoint.ts';
import { filterOf, type ListKeys, orderOf, sliceOf } from '#src/http/list.ts';
import type { Clauses } from '#src/http/query.ts';

export type TagRow = Selectable<Tables['tag']>;

const tagKeys: ListKeys = {
  keys: {
    id: { type: 'integer' },
    repository_id: { type: 'integer' },
    artifact_id: { type: 'integer' },
    name: { type: 'text' },
    push_time: { type: 'time' },
    pull_time: { type: 'time' },
  },
  refused: [],
  order: 'id',
  tie: 'id',
};

export function list(ctx: Context, artifactId: number, clauses: Clauses, page: Page): Promise<Tags> {
  const filter = filterOf(clauses, tagKeys);
  return listOf(ctx, { column: 'artifact_id', id: artifactId, filter, order: tagKeys }, page);
}

interface Tags {
  readonly rows: TagRow[];
  readonly count: () => Promise<number>;
}

interface Wanted {
  readonly column: 'artifact_id' | 'repository_id';
  readonly id: number;
  readonly filter: RawBuilder<SqlBool>;
  readonly order: ListKeys;
}

async function listOf(ctx: Context, { column, id, filter, order }: Wanted, page: Page): Promise<Tags> {
  const from = sql`from tag where ${sql.ref(column)} = ${id} and ${filter}`;
  const { rows } = await sql<TagRow>`
    select * ${from} order by ${orderOf(page, order)} ${sliceOf(page)}`.execute(ctx.db);
  const all = countable(ctx.db, sql`select count(*) as total ${from}`);
  return { rows, count: () => ctx.counts.total(page, rows.length, all) };
}

const ofArtifact = (column: string) =>
  sql`(select ${sql.ref(`a.${column}`)} from artifact a where a.id = tag.artifact_id)`;

const repositoryKeys: ListKeys = {
  keys: {
    ...tagKeys.keys,
    digest: { type: 'text', sql: ofArtifact('digest') },
    type: { type: 'text', sql: ofArtifact('type') },
    size: { type: 'integer', sql: ofArtifact('size') },
  },
  refused: [],
  order: '-push_time',
  tie: '-id',
};

/** Names are compared as they are, and stand in the order of versions. */
const inOrder: ListKeys = {
  ...repositoryKeys,
  keys: { ...repositoryKeys.keys, name: { type: 'text', sql: sql.ref('name_order') } },
};

export function listOfRepository(
  ctx: Context,
  repositoryId: number,
  clauses: Clauses,
  page: Page,
): Promise<Tags> {
  const filter = filterOf(clauses, repositoryKeys);
  return listOf(ctx, { column: 'repository_id', id: repositoryId, filter, order: inOrder }, page);
}

/** Every tag that a list with this filter shows, or that is named, as a query of `tag`, `digest` and `artifact_id`. */
export function selectTags(
  repositoryId: number,
  wanted: { readonly clauses: Clauses } | { readonly names: readonly string[] },
): RawBuilder<{ tag: string; digest: string; artifact_id: number }> {
  const which =
    'names' in wanted
      ? sql<boolean>`tag.name = any(${wanted.names}::text[])`
      : filterOf(wanted.clauses, repositoryKeys);
  return sql`
    select tag.name as tag, ${ofArtifact('digest')} as digest, tag.artifact_id from tag
     where tag.repository_id = ${repositoryId} and ${which} order by tag.name`;
}
