import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { plannedByValue } from '#src/database/prepared.ts';
import { Failure } from '#src/failures.ts';
import { contains } from '#src/http/list.ts';
import { type Clauses, type Match, type Operand, snakeCase } from '#src/http/query.ts';
import { isAccessory } from './accessories.store.ts';

/** What a list covers. */
export type Within =
  | { readonly repository: number | RawBuilder<number> }
  | { readonly project: number; readonly latestOnly: boolean };

// One look into an index for each row that is read. Written as EXISTS, PostgreSQL may join instead, and then reads all
// tags or all children of the registry for a page of ten (5 s with 1,600,000 tags).
const isTagged = sql<SqlBool>`((select true from tag t where t.artifact_id = a.id limit 1) is not null)`;
const isPart = sql<SqlBool>`((select true from artifact_child c where c.child_id = a.id limit 1) is not null)`;
// Whoever counts all rows may well read all children at once.
const isAnyPart = sql<SqlBool>`exists (select from artifact_child c where c.child_id = a.id)`;

export interface Purpose {
  readonly within: Within;
  readonly counting: boolean;
}

/** What the keys `base`, `tags` and `labels` of `q` mean for an artifact `a` (wire.md section 2). */
export function contentFilter(clauses: Clauses, { within, counting }: Purpose): RawBuilder<SqlBool> {
  return sql<SqlBool>`${baseFilter(clauses.get('base'), counting)} and ${tagFilter(clauses.get('tags'), within)}
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
function baseFilter(match: Match | undefined, counting: boolean): RawBuilder<SqlBool> {
  if (match === undefined) {
    return sql<SqlBool>`not ${isAccessory} and (not ${counting ? isAnyPart : isPart} or ${isTagged})`;
  }
  if (match.kind === 'equal' && match.value === '*') return sql<SqlBool>`true`;
  throw refused('base', 'base=*');
}

function tagFilter(match: Match | undefined, within: Within): RawBuilder<SqlBool> {
  const tagged = tagOf(within);
  const hasTag = (condition: RawBuilder<SqlBool>) => sql<SqlBool>`${plannedByValue}${tagged(condition)}`;
  switch (match?.kind) {
    case undefined:
      return sql<SqlBool>`true`;
    case 'equal':
      if (match.value === '*') return isTagged;
      if (match.value === 'nil') return sql<SqlBool>`not ${isTagged}`;
      return hasTag(sql<SqlBool>`t.name = ${match.value}`);
    case 'contains':
      return hasTag(contains(sql`t.name`, match.value));
    case 'any':
      return hasTag(sql<SqlBool>`t.name = any(${match.values.map(nameOf)}::text[])`);
    case 'all':
      return every(match.values.map((value) => hasTag(sql<SqlBool>`t.name = ${nameOf(value)}`)));
    case 'range':
      throw refused('tags', 'tags=*, tags=nil, tags=name, tags=~part, tags={a b} or tags=(a b)');
  }
}

/** The tags of the repository or project are read once, by the index of their names or all of them. */
function tagOf(within: Within): (condition: RawBuilder<SqlBool>) => RawBuilder<SqlBool> {
  const repositories =
    'repository' in within
      ? sql`t.repository_id = ${within.repository}`
      : sql`t.repository_id in (select r.repository_id from repository r where r.project_id = ${within.project})`;
  return (condition) => sql<SqlBool>`a.id in (
    select t.artifact_id from tag t where ${repositories} and ${condition} offset 0)`;
}

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
  return match.kind === 'any'
    ? sql<SqlBool>`${plannedByValue}(${sql.join(carried, sql` or `)})`
    : sql<SqlBool>`${plannedByValue}${every(carried)}`;
}

const every = (conditions: RawBuilder<SqlBool>[]) =>
  conditions.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`;

function refused(key: string, forms: string): Failure {
  return new Failure(
    'BAD_REQUEST',
    `the value of the key ${key} of the query is not understood; use ${forms}`,
  );
}
