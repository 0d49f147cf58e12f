import { type Static, Type } from 'typebox';
import { ExecutionId, History, ScheduleBody } from '#src/features/executions/index.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';

const tag = 'gc';
const OneRun = Type.Object({ gc_id: ExecutionId() });

export const getGCHistory = endpoint('GET /system/gc', {
  id: 'getGCHistory',
  tag,
  guard: { system: 'garbage-collection:list' },
  list: true,
  reply: Type.Array(History),
});

export const getGC = endpoint('GET /system/gc/:gc_id', {
  id: 'getGC',
  tag,
  guard: { system: 'garbage-collection:read' },
  params: OneRun,
  reply: History,
});

export const stopGC = endpoint('PUT /system/gc/:gc_id', {
  id: 'stopGC',
  tag,
  guard: { system: 'garbage-collection:stop' },
  params: OneRun,
});

export const getGCLog = endpoint('GET /system/gc/:gc_id/log', {
  id: 'getGCLog',
  tag,
  guard: { system: 'garbage-collection:read' },
  params: OneRun,
  reply: Type.String(),
});

export const getGCSchedule = endpoint('GET /system/gc/schedule', {
  id: 'getGCSchedule',
  tag,
  guard: { system: 'garbage-collection:read' },
  reply: History,
});

export const createGCSchedule = endpoint('POST /system/gc/schedule', {
  id: 'createGCSchedule',
  tag,
  guard: { system: 'garbage-collection:create' },
  body: ScheduleBody,
  status: 201,
  failures: [409],
});

export const updateGCSchedule = endpoint('PUT /system/gc/schedule', {
  id: 'updateGCSchedule',
  tag,
  guard: { system: 'garbage-collection:update' },
  body: ScheduleBody,
  failures: [409],
});

const LedgerEntry = Type.Object({
  id: Type.Integer(),
  deleted_at: DateTime(),
  kind: Type.String({ description: 'tag, artifact, repository, link, blob, orphan or upload' }),
  repository: Type.Optional(Type.String()),
  digest: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  size: Type.Integer(),
  reason: Type.String(),
  username: Type.String(),
  execution_id: Type.Optional(Type.Integer()),
  /** As what, and until when, it can be brought back; absent when it cannot, or has been. */
  restore: Type.Optional(Type.Object({ reference: Type.String(), until: DateTime() })),
});
export type LedgerEntry = Static<typeof LedgerEntry>;

export const listGCLedger = endpoint('GET /system/gc/ledger', {
  id: 'listGCLedger',
  tag,
  summary:
    'What was deleted, when and why. q takes repository, digest, kind, username, execution_id and deleted_at',
  guard: { system: 'garbage-collection:list' },
  list: true,
  reply: Type.Array(LedgerEntry),
});

const CollectionSummary = Type.Object({
  /** A day ago. */
  since: DateTime(),
  freed_blobs: Type.Integer(),
  freed_space: Type.Integer(),
  /** Bytes that no row names any more and that storage has not let go of yet. */
  waiting_objects: Type.Integer(),
  waiting_space: Type.Integer(),
  /** Of those, the ones that could not be removed and are tried again. */
  failing_objects: Type.Integer(),
  last_error: Type.Optional(Type.String()),
  /** What was deleted and can still be brought back. */
  kept_artifacts: Type.Integer(),
  kept_space: Type.Integer({ description: 'bytes that nothing else needs' }),
  kept_until: Type.Optional(DateTime()),
});
export type CollectionSummary = Static<typeof CollectionSummary>;

export const getGCSummary = endpoint('GET /system/gc/summary', {
  id: 'getGCSummary',
  tag,
  summary: 'What collection gave back within a day, what waits, and what is kept to be restored',
  guard: { system: 'garbage-collection:read' },
  reply: CollectionSummary,
});
