import { type Static, Type } from 'typebox';
import { ExecutionId } from '#src/features/executions/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe } from '#src/http/shapes.ts';

const tag = 'artifact';
const bulk = '/projects/:project_name/repositories/:repository_name/bulk';
const one = `${bulk}/:execution_id` as const;

const RepositoryParams = Type.Object({
  project_name: Type.String({ minLength: 1, maxLength: 255 }),
  // Slashes arrive encoded twice, so a name may be longer here than it is.
  repository_name: Type.String({ minLength: 1, maxLength: 2048 }),
});
const BulkParams = Type.Object({ ...RepositoryParams.properties, execution_id: ExecutionId() });

const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });

/** Everything that `q` finds in the list of the tags or of the artifacts, or what is named; all of it without both. */
const selection = {
  action: oneOf(['delete', 'add_label', 'remove_label']),
  target: oneOf(['tags', 'artifacts']),
  q: Maybe(Type.String({ maxLength: 4096 })),
  /** Names of tags, or digests. */
  names: Maybe(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { minItems: 1, maxItems: 1_000 })),
  label_id: Maybe(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
};
const count = () => Type.Integer();
/** With which right what was asked for is carried out; that of the action. */
const guard = { project: 'repository:read' } as const;

/** The job that was started; Location names it too. */
const Started = Type.Object({ id: Type.Integer() });

export const previewBulk = endpoint(`POST ${bulk}/preview`, {
  id: 'previewBulk',
  tag,
  guard,
  summary: 'How many tags or artifacts a bulk job would be about, and what else would go (extension)',
  params: RepositoryParams,
  body: Type.Object(selection),
  reply: Type.Object({
    matching: count(),
    /** Of those that match: what would be left alone because a tag is immutable. */
    immutable: count(),
    /** Of artifacts that match: what an index that stays needs. */
    held: count(),
    /** Artifacts that stay without any tag, when tags are deleted. */
    untagged: count(),
    /** Tags that go with artifacts, theirs and those of what goes along; the first 100 by name. */
    tags: Type.Array(Type.String()),
    tag_count: count(),
    /** Signatures and the like that go with the artifacts that match, besides. */
    accessories: count(),
    /** Children of indexes that go along, since nothing else needs them. */
    children: count(),
    /** How long it can be undone; 0 is not at all. */
    restore_hours: count(),
  }),
});

export const startBulk = endpoint(`POST ${bulk}`, {
  id: 'startBulk',
  tag,
  guard,
  summary: 'Deletes or labels everything that a filter finds, as one job (extension)',
  params: RepositoryParams,
  body: Type.Object({
    ...selection,
    /** How many the caller believes that there are: if there are more or fewer, nothing happens. */
    expected: Maybe(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  }),
  status: 201,
  reply: Started,
  failures: [409],
});

const Bulk = Type.Object({
  id: Type.Integer(),
  action: oneOf(['delete', 'add_label', 'remove_label', 'restore']),
  target: oneOf(['tags', 'artifacts']),
  q: Type.Optional(Type.String()),
  label_id: Type.Optional(Type.Integer()),
  /** Of what it undoes or tries again. */
  of: Type.Optional(Type.Integer()),
  /** Absent for those who may not see who belongs to the project. */
  username: Type.Optional(Type.String()),
  status: Type.String({ description: 'Running, Success, Error or Stopped' }),
  status_message: Type.Optional(Type.String()),
  total: count(),
  done: count(),
  skipped: count(),
  failed: count(),
  start_time: DateTime(),
  end_time: Type.Optional(DateTime()),
});
export type Bulk = Static<typeof Bulk>;

export const listBulks = endpoint(`GET ${bulk}`, {
  id: 'listBulks',
  tag,
  guard,
  summary: 'The bulk jobs of a repository, newest first (extension)',
  list: true,
  params: RepositoryParams,
  reply: Type.Array(Bulk),
});

export const getBulk = endpoint(`GET ${one}`, {
  id: 'getBulk',
  tag,
  guard,
  params: BulkParams,
  reply: Bulk,
});

const Item = Type.Object({
  id: Type.Integer(),
  tag: Type.Optional(Type.String()),
  digest: Type.String(),
  state: oneOf(['waiting', 'done', 'skipped', 'failed']),
  reason: Type.Optional(Type.String()),
});
export type Item = Static<typeof Item>;

export const listBulkItems = endpoint(`GET ${one}/items`, {
  id: 'listBulkItems',
  tag,
  guard,
  summary: 'What became of each; q takes state, tag, digest and id (extension)',
  list: true,
  params: BulkParams,
  reply: Type.Array(Item),
});

export const stopBulk = endpoint(`PUT ${one}/stop`, {
  id: 'stopBulk',
  tag,
  guard,
  summary: 'What was not reached stays as it is (extension)',
  params: BulkParams,
});

export const retryBulk = endpoint(`POST ${one}/retry`, {
  id: 'retryBulk',
  tag,
  guard,
  summary: 'Another job for what failed or was not reached (extension)',
  params: BulkParams,
  status: 201,
  reply: Started,
  failures: [409],
});

export const undoBulk = endpoint(`POST ${one}/undo`, {
  id: 'undoBulk',
  tag,
  guard,
  summary: 'Another job that takes back what was done, or those items of it (extension)',
  params: BulkParams,
  body: Type.Object({
    items: Maybe(Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1_000 })),
  }),
  status: 201,
  reply: Started,
  failures: [409],
});

export const getProjectExecutionEvents = endpoint(
  'GET /projects/:project_name_or_id/executions/:execution_id/events',
  {
    id: 'getProjectExecutionEvents',
    tag: 'project',
    guard,
    summary: 'Server-sent events of a run of the project until it ends, a bulk job or retention (extension)',
    params: Type.Object({
      project_name_or_id: Type.String({ minLength: 1, maxLength: 255 }),
      execution_id: ExecutionId(),
    }),
    reply: Type.String(),
    failures: [429],
  },
);
