import { type RawBuilder, sql } from 'kysely';
import type { Countable } from '#src/database/counts.ts';
import type { Db } from '#src/database/pool.ts';
import { filterOf, type ListKeys } from '#src/http/list.ts';
import { type Clauses, type Match, parseSort, snakeCase } from '#src/http/query.ts';
import { truthOf } from '#src/http/words.ts';

export interface NewRow {
  readonly username: string;
  readonly operation: string;
  readonly resource_type: string;
  readonly resource: string;
  readonly project_id: number | null;
  readonly client_address: string;
  readonly operation_result: boolean;
  readonly detail: string | null;
}

export interface AuditRow {
  id: number;
  op_time: Date;
  username: string;
  operation: string;
  resource_type: string;
  resource: string;
  project_id: number | null;
  operation_result: boolean;
  client_address: string | null;
  detail: Record<string, unknown> | null;
}

/** Which projects' rows; rows of no project are in neither list. */
export type Visible = 'all' | { readonly only: readonly number[] } | { readonly except: readonly number[] };

export type Direction = 'newest' | 'oldest';

export interface Question {
  readonly visible: Visible;
  readonly clauses: Clauses;
  readonly order: Direction;
}

/** Up to here rows are counted; what is more is PostgreSQL's estimate. */
const countedRows = 10_000;
const pageMilliseconds = 5_000;
/** Rows of the largest page and one more. */
const mostWrittenOut = 101;
const countMilliseconds = 100;
const recentMilliseconds = 31 * 86_400_000;

const auditKeys: ListKeys = {
  keys: {
    username: { type: 'text' },
    operation: { type: 'text' },
    resource: { type: 'text' },
    resource_type: { type: 'text' },
    op_time: { type: 'time' },
    operation_result: { type: 'boolean' },
    project_id: { type: 'integer' },
  },
  refused: ['detail', 'client_address', 'transaction_id'],
  order: '-op_time',
  tie: 'id',
};

export const columns = sql`id, op_time, username, operation, resource_type, resource, project_id, operation_result,
  client_address, detail`;

export async function insertEntry(db: Db, row: NewRow): Promise<void> {
  await db.insertInto('audit_log').values(row).execute();
}

export async function insertEntries(db: Db, rows: readonly NewRow[]): Promise<void> {
  await db
    .insertInto('audit_log')
    .values([...rows])
    .execute();
}

/** The project that a path addresses, by name or by id. */
export async function findProject(db: Db, params: unknown): Promise<number | undefined> {
  const { project_name_or_id, project_name } = (params ?? {}) as Record<string, unknown>;
  const value = project_name_or_id ?? project_name;
  if (typeof value !== 'string') return undefined;
  const id = Number(value);
  const row = await db
    .selectFrom('project')
    .select('project_id')
    .where(
      /^\d+$/.test(value) && id <= 2_147_483_647
        ? sql<boolean>`project_id = ${id}`
        : sql<boolean>`name = ${value}`,
    )
    .executeTakeFirst();
  return row?.project_id;
}

/** The log is read along its time and in no other order: sorting tens of millions of rows is no page's work. */
export function orderOf(sort: string | undefined): Direction {
  const wanted = parseSort(sort).find(({ key }) => snakeCase(key) === 'op_time');
  return wanted?.descending === false ? 'oldest' : 'newest';
}

/** Rows of the question, some skipped; 'too much' when finding them took longer than a page may. */
export async function listRows(
  db: Db,
  question: Question,
  slice: { before: number; size: number },
): Promise<AuditRow[] | 'too much'> {
  const { visible, order } = question;
  if (typeof visible === 'object' && 'only' in visible && visible.only.length === 0) return [];
  const filter = filterFor(question);
  if (order === 'newest') {
    // A page of the newest rows nearly always ends within a month: two tables to plan for instead of all.
    const latest = pageOf(question, recent(filter), slice);
    const end = slice.before === 0 ? endOf(question, slice.size) : undefined;
    const found = end
      ? (await sql<AuditRow>`${end}`.execute(db)).rows
      : await limited<AuditRow>(db, latest, pageMilliseconds);
    if (found === undefined || found.length === slice.size) return found ?? 'too much';
  }
  return (await limited<AuditRow>(db, pageOf(question, filter, slice), pageMilliseconds)) ?? 'too much';
}

/**
 * The newest rows where they are the end of an index, read without a limit of time, which takes three round trips.
 * Nearly every row is of what succeeded: a page of those is among four times as many, or is looked for otherwise.
 */
function endOf(question: Question, size: number): RawBuilder<unknown> | undefined {
  const [clause, ...others] = question.clauses;
  const newest = (rows: number) =>
    pageOf({ ...question, clauses: new Map() }, recent(sql`true`), { before: 0, size: rows });
  if (clause === undefined) return newest(size);
  if (others.length > 0 || !isSuccess(...clause)) return undefined;
  return sql`select * from (${newest(4 * size)}) newest where operation_result
              order by ${along(question.order)} limit ${size}`;
}

// As a value: what the database works out itself it learns too late to leave tables out of its plan.
function recent(filter: RawBuilder<unknown>): RawBuilder<unknown> {
  const since = new Date(Date.now() - recentMilliseconds).toISOString();
  return sql`op_time >= ${since}::timestamptz and ${filter}`;
}

function pageOf(
  { visible, clauses, order }: Question,
  filter: RawBuilder<unknown>,
  slice: { before: number; size: number },
): RawBuilder<unknown> {
  const several = typeof visible === 'object' && 'only' in visible && visible.only.length > 1;
  if (several && !isSelective(clauses)) return ofProjects(visible.only, filter, order, slice);
  return sql`select ${columns} from audit_log where ${seen(visible)} and ${filter}
              order by ${along(order)} ${sliceOf(slice)}`;
}

/** Whether an index of its own leads to the few rows that match, whosever they are. */
function isSelective(clauses: Clauses): boolean {
  return [...clauses].some(([key, match]) => {
    if (match.kind !== 'equal') return false;
    // Only failures have an index.
    if (isSuccess(key, match)) return false;
    return /^(username|operation|resource|resource_type|operation_result)$/.test(snakeCase(key));
  });
}

function isSuccess(key: string, match: Match): boolean {
  return snakeCase(key) === 'operation_result' && match.kind === 'equal' && truthOf(match.value) === true;
}

/** The same question about what happened alone. */
export function successesOf(clauses: Clauses): Clauses {
  const others = [...clauses].filter(([key]) => snakeCase(key) !== 'operation_result');
  return new Map([...others, ['operation_result', { kind: 'equal', value: 'true' }]]);
}

/** What `q` stands for. */
export function filterFor({ clauses }: Question): RawBuilder<unknown> {
  const filter = filterOf(clauses, auditKeys);
  const resource = [...clauses].find(([key]) => snakeCase(key) === 'resource')?.[1];
  if (resource?.kind !== 'equal') return filter;
  // What audit_log_resource is made of: names are long, their hashes are not.
  return sql`hashtext(resource) = hashtext(${resource.value}::text) and ${filter}`;
}

// The first rows of each project, then the first of those: each is found at the end of an index, while one scan for
// several projects would sort all their rows, or walk through everybody's.
function ofProjects(
  projects: readonly number[],
  filter: RawBuilder<unknown>,
  order: Direction,
  { before, size }: { before: number; size: number },
): RawBuilder<unknown> {
  return sql`select found.* from unnest(${[...projects]}::integer[]) as visible(project)
    cross join lateral (
      select ${columns} from audit_log where project_id = visible.project and ${filter}
       order by ${along(order)} ${sliceOf({ before: 0, size: before + size })}
    ) found order by ${along(order)} ${sliceOf({ before, size })}`;
}

/** The numbers of first pages are written out, as in http/list.ts and for its reasons. */
function sliceOf({ before, size }: { before: number; size: number }): RawBuilder<unknown> {
  if (before > 0 || size > mostWrittenOut) return sql`limit ${size} offset ${before}`;
  return sql`limit ${sql.raw(String(size))}`;
}

export function along(order: Direction): RawBuilder<unknown> {
  return order === 'newest' ? sql`op_time desc, id desc` : sql`op_time asc, id asc`;
}

export function seen(visible: Visible): RawBuilder<unknown> {
  if (visible === 'all') return sql`true`;
  if ('except' in visible) {
    return sql`project_id is not null and project_id <> all(${[...visible.except]}::integer[])`;
  }
  const [first, ...others] = visible.only;
  return others.length === 0
    ? sql`project_id = ${first ?? null}::integer`
    : sql`project_id = any(${[...visible.only]}::integer[])`;
}

/** How many rows there are: exact up to `countedRows`, beyond that about. */
export function rowCount(db: Db, question: Question): Countable {
  const filter = filterFor(question);
  const rows = (wanted: RawBuilder<unknown>) =>
    sql`select from audit_log where ${seen(question.visible)} and ${wanted}`;
  const counted = (wanted: RawBuilder<unknown>) =>
    sql`select count(*) as total from (${rows(wanted)} limit ${countedRows + 1}) counted`;
  const count = async (wanted: RawBuilder<unknown>) =>
    (await limited<{ total: number }>(db, counted(wanted), countMilliseconds))?.[0]?.total;
  return {
    compile: () => counted(filter).compile(db),
    async executeTakeFirstOrThrow() {
      const lately = await count(recent(filter));
      const total = lately === undefined || lately > countedRows ? lately : await count(filter);
      if (total !== undefined && total <= countedRows) return { total };
      const explained = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
        explain (format json) ${rows(filter)}`.execute(db);
      return { total: Math.max(total ?? 0, explained.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0) };
    },
  };
}

/** Undefined when it took too long. */
export function limited<Row>(
  db: Db,
  query: RawBuilder<unknown>,
  milliseconds: number,
): Promise<Row[] | undefined> {
  return db
    .transaction()
    .execute(async (tx) => {
      await sql`select set_config('statement_timeout', ${String(milliseconds)}, true)`.execute(tx);
      const { rows } = await query.execute(tx);
      // The columns are those of the statement that the caller wrote.
      return rows as Row[];
    })
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code === '57014') return undefined;
      throw error;
    });
}
