import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe } from '#src/http/shapes.ts';

const tag = 'artifact';
const repository = '/projects/:project_name/repositories/:repository_name';

const RepositoryParams = Type.Object({
  project_name: Type.String({ minLength: 1, maxLength: 255 }),
  // Slashes arrive encoded twice, so a name may be longer here than it is.
  repository_name: Type.String({ minLength: 1, maxLength: 2048 }),
});

/** What is left of an artifact: it is there, it is in the trash, or it is gone for good. */
const States = ['present', 'restorable', 'gone'] as const;
const Named = Type.Object({
  digest: Type.String(),
  state: Type.Unsafe<(typeof States)[number]>({ type: 'string', enum: [...States] }),
});

const HistoryEntry = Type.Object({
  id: Type.Integer(),
  tag_name: Type.String(),
  op_time: DateTime(),
  operation: Type.String({ description: 'push, tag, copy, delete, retention, restore or rollback' }),
  /** Absent for those who may not see who belongs to the project. */
  username: Type.Optional(Type.String()),
  /** Absent: there was no such tag. */
  before: Type.Optional(Named),
  /** Absent: the tag went. */
  after: Type.Optional(Named),
  /** What the tag names now; absent when there is none. */
  current_digest: Type.Optional(Type.String()),
});
export type HistoryEntry = Static<typeof HistoryEntry>;

export const listTagHistory = endpoint(`GET ${repository}/tag-history`, {
  id: 'listTagHistory',
  tag,
  guard: { project: 'tag:list' },
  summary:
    'What became of the tags of a repository, newest first. q takes tag_name, operation, username, digest and op_time',
  list: true,
  params: RepositoryParams,
  reply: Type.Array(HistoryEntry),
});

export const rollbackTag = endpoint(`POST ${repository}/tags/:tag_name/rollback`, {
  id: 'rollbackTag',
  tag,
  // Moving a tag is taking it away from what has it: tag:delete is asked for in the service.
  guard: { project: 'tag:create' },
  summary: 'Makes a tag name what it named before; what was deleted meanwhile comes back',
  params: Type.Object({
    ...RepositoryParams.properties,
    tag_name: Type.String({ minLength: 1, maxLength: 255 }),
  }),
  body: Type.Object({
    digest: Type.String({ minLength: 1, maxLength: 255 }),
    /** What the caller believes that the tag names now, "" for no tag: if it is something else, nothing changes. */
    expected: Maybe(Type.String({ maxLength: 255 })),
  }),
  reply: Type.Object({
    tag_name: Type.String(),
    digest: Type.String(),
    /** What it named until now: going back there undoes this. Absent: there was no such tag. */
    previous: Type.Optional(Type.String()),
    /** What came back from the trash. */
    restored: Type.Object({ artifacts: Type.Array(Type.String()), tags: Type.Array(Type.String()) }),
  }),
  failures: [409, 412],
});
