import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { Failure } from '#src/failures.ts';
import { containing } from '#src/http/list.ts';
import { type Clauses, type Match, type Operand, snakeCase } from '#src/http/query.ts';
import { isAccessory } from './accessories.store.ts';

const isTagged = sql<SqlBool>`exists (select from tag t where t.artifact_id = a.id)`;
const isPart = sql<SqlBool>`exists (select from artifact_child c where c.child_id = a.id)`;

/** What the keys `base`, `tags` and `labels` of `q` mean for an artifact `a` (wire.md section 2). */
export function contentFilter(clauses: Clauses): RawBuilder<SqlBool> {
  return sql<SqlBool>`${baseFilter(clauses.get('base'))} and ${tagFilter(clauses.get('tags'))}
    and ${labelFilter(clauses.get('labels'))}`;
}

const mediaTypeKeys: ReadonlySet<string> = new Set(['media_type', 'manifest_media_type', 'artifact_type']);

/**
 * `q` is unescaped twice (Harbor), so the plus sign of a media type arrives as a blank unless it was escaped twice.
 * No media type holds blanks. Harbor finds nothing then.
 */
export function withPlusSigns(clauses: Clauses): Clauses {
  const restored = [...clauses].map(([key, match]): [string, Match] => {
    const isText = match.kind === 'equal' || match.kind === 'contains';
    if (!isText || !mediaTypeKeys.has(snakeCase(key))) return [key, match];
    return [key, { ...match, value: match.value.replaceAll(' ', '+') }];
  });
  return new Map(restored);
}

/** Harbor: neither accessories nor the untagged children of an index, unless `base=*` asks for everything. */
function baseFilter(match: Match | undefined): RawBuilder<SqlBool> {
  if (match === undefined) return sql<SqlBool>`not ${isAccessory} and (${isTagged} or not ${isPart})`;
  if (match.kind === 'equal' && match.value === '*') return sql<SqlBool>`true`;
  throw refused('base', 'base=*');
}

function tagFilter(match: Match | undefined): RawBuilder<SqlBool> {
  switch (match?.kind) {
    case undefined:
      return sql<SqlBool>`true`;
    case 'equal':
      if (match.value === '*') return isTagged;
      if (match.value === 'nil') return sql<SqlBool>`not ${isTagged}`;
      return hasTag(sql<SqlBool>`t.name = ${match.value}`);
    case 'contains':
      return hasTag(sql<SqlBool>`t.name ilike ${containing(match.value)}`);
    case 'any':
      return hasTag(sql<SqlBool>`t.name = any(${match.values.map(nameOf)}::text[])`);
    case 'all':
      return every(match.values.map((value) => hasTag(sql<SqlBool>`t.name = ${nameOf(value)}`)));
    case 'range':
      throw refused('tags', 'tags=*, tags=nil, tags=name, tags=~part, tags={a b} or tags=(a b)');
  }
}

// The repository is named again because names of tags are found through it.
const hasTag = (condition: RawBuilder<SqlBool>) => sql<SqlBool>`exists (
  select from tag t where t.artifact_id = a.id and t.repository_id = a.repository_id and ${condition})`;

const nameOf = (value: Operand): string => (value instanceof Date ? value.toISOString() : String(value));

function labelFilter(match: Match | undefined): RawBuilder<SqlBool> {
  if (match === undefined) return sql<SqlBool>`true`;
  const values = match.kind === 'equal' ? [Number(match.value)] : 'values' in match ? match.values : [];
  const ids = values.filter((value) => typeof value === 'number' && Number.isSafeInteger(value));
  if (ids.length === 0 || ids.length < values.length)
    throw refused('labels', 'labels=(1 2), with ids of labels');
  const carried = ids.map(
    (id) =>
      sql<SqlBool>`exists (select from artifact_label l where l.artifact_id = a.id and l.label_id = ${id}::bigint)`,
  );
  return match.kind === 'any' ? sql<SqlBool>`(${sql.join(carried, sql` or `)})` : every(carried);
}

const every = (conditions: RawBuilder<SqlBool>[]) =>
  conditions.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`;

function refused(key: string, forms: string): Failure {
  return new Failure(
    'BAD_REQUEST',
    `the value of the key ${key} of the query is not understood; use ${forms}`,
  );
}
