import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, RowId } from '#src/http/shapes.ts';

const text = (maxLength: number) => Maybe(Type.String({ maxLength }));
const count = () => Type.Integer({ minimum: 0 });
const ExecutionId = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const SelectorReq = Type.Object({
  kind: text(64),
  decoration: text(64),
  // Longer ones are refused with the bound of patterns, in words.
  pattern: text(65_536),
  extras: text(4096),
});

const RuleReq = Type.Object({
  // What clients send back as they read it; a rule's id is its place.
  id: Maybe(RowId()),
  priority: Maybe(RowId()),
  disabled: Maybe(Type.Boolean()),
  action: text(64),
  template: text(64),
  params: Maybe(Type.Record(Type.String(), Type.Unknown())),
  tag_selectors: Maybe(Type.Array(SelectorReq, { maxItems: 100 })),
  scope_selectors: Maybe(Type.Record(Type.String(), Maybe(Type.Array(SelectorReq, { maxItems: 100 })))),
});

const RetentionPolicyReq = Type.Object({
  id: Maybe(RowId()),
  algorithm: text(64),
  rules: Maybe(Type.Array(RuleReq, { maxItems: 1_000 })),
  trigger: Maybe(
    Type.Object({
      kind: text(64),
      settings: Maybe(Type.Record(Type.String(), Type.Unknown())),
      references: Maybe(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
  scope: Maybe(Type.Object({ level: text(64), ref: Maybe(RowId()) })),
});

const Selector = Type.Object({
  kind: Type.Optional(Type.String()),
  decoration: Type.Optional(Type.String()),
  pattern: Type.Optional(Type.String()),
  extras: Type.Optional(Type.String()),
});

const RetentionRule = Type.Object({
  id: Type.Optional(Type.Integer()),
  priority: Type.Optional(Type.Integer()),
  disabled: Type.Optional(Type.Boolean()),
  action: Type.Optional(Type.String()),
  template: Type.Optional(Type.String()),
  params: Type.Optional(Type.Record(Type.String(), Type.Number())),
  tag_selectors: Type.Array(Selector),
  scope_selectors: Type.Optional(Type.Record(Type.String(), Type.Array(Selector))),
});
export type RetentionRule = Static<typeof RetentionRule>;

export const RetentionPolicy = Type.Object({
  id: Type.Optional(Type.Integer()),
  algorithm: Type.Optional(Type.String()),
  rules: Type.Array(RetentionRule),
  trigger: Type.Optional(
    Type.Object({
      kind: Type.Optional(Type.String()),
      settings: Type.Optional(
        Type.Object({ cron: Type.String(), next_scheduled_time: Type.Optional(DateTime()) }),
      ),
      references: Type.Optional(Type.Object({})),
    }),
  ),
  scope: Type.Optional(
    Type.Object({ level: Type.Optional(Type.String()), ref: Type.Optional(Type.Integer()) }),
  ),
});
export type RetentionPolicy = Static<typeof RetentionPolicy>;

const SelectorMetadata = Type.Object({
  display_text: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
  decorations: Type.Array(Type.String()),
});

export const RetentionMetadata = Type.Object({
  templates: Type.Array(
    Type.Object({
      rule_template: Type.Optional(Type.String()),
      display_text: Type.Optional(Type.String()),
      action: Type.Optional(Type.String()),
      params: Type.Array(
        Type.Object({
          type: Type.Optional(Type.String()),
          unit: Type.Optional(Type.String()),
          required: Type.Optional(Type.Boolean()),
        }),
      ),
    }),
  ),
  scope_selectors: Type.Array(SelectorMetadata),
  tag_selectors: Type.Array(SelectorMetadata),
});
export type RetentionMetadata = Static<typeof RetentionMetadata>;

export const RetentionExecution = Type.Object({
  id: Type.Optional(Type.Integer()),
  policy_id: Type.Optional(Type.Integer()),
  start_time: Type.Optional(Type.String()),
  end_time: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  trigger: Type.Optional(Type.String()),
  dry_run: Type.Optional(Type.Boolean()),
});
export type RetentionExecution = Static<typeof RetentionExecution>;

export const RetentionExecutionTask = Type.Object({
  id: Type.Optional(Type.Integer()),
  execution_id: Type.Optional(Type.Integer()),
  repository: Type.Optional(Type.String()),
  job_id: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  status_code: Type.Integer(),
  status_revision: Type.Optional(Type.Integer()),
  start_time: Type.Optional(Type.String()),
  end_time: Type.Optional(Type.String()),
  total: Type.Integer(),
  retained: Type.Integer(),
});
export type RetentionExecutionTask = Static<typeof RetentionExecutionTask>;

const PreviewedArtifact = Type.Object({
  digest: Type.String(),
  /** At most 100; `tag_count` says how many there are. */
  tags: Type.Array(Type.String()),
  tag_count: Type.Integer(),
  push_time: DateTime(),
  /** Absent when it was never pulled. */
  pull_time: Type.Optional(DateTime()),
  retained: Type.Boolean(),
  /** What keeps it: an immutable tag, a rule, or an index that stays. Absent when it goes. */
  retained_by: Type.Optional(Type.String()),
  /** The id of the rule, when it is one. */
  rule: Type.Optional(Type.Integer()),
  reason: Type.String(),
});

export const RetentionPreview = Type.Object({
  repository: Type.String(),
  total: Type.Integer(),
  retained: Type.Integer(),
  artifacts: Type.Array(PreviewedArtifact),
});
export type RetentionPreview = Static<typeof RetentionPreview>;

const tag = 'Retention';
const policy = '/retentions/:id';
const run = `${policy}/executions/:eid` as const;
const PolicyParams = Type.Object({ id: RowId() });
const RunParams = Type.Object({ id: RowId(), eid: ExecutionId() });
const ofProject = (action: string) => ({ service: `tag-retention:${action} of the project of the policy` });

export const getRentenitionMetadata = endpoint('GET /retentions/metadatas', {
  id: 'getRentenitionMetadata',
  tag,
  guard: 'login',
  reply: RetentionMetadata,
});

export const createRetention = endpoint('POST /retentions', {
  id: 'createRetention',
  tag,
  guard: ofProject('create'),
  body: RetentionPolicyReq,
  status: 201,
  failures: [409],
});

export const getRetention = endpoint(`GET ${policy}`, {
  id: 'getRetention',
  tag,
  guard: ofProject('read'),
  params: PolicyParams,
  reply: RetentionPolicy,
});

export const updateRetention = endpoint(`PUT ${policy}`, {
  id: 'updateRetention',
  tag,
  guard: ofProject('update'),
  params: PolicyParams,
  body: RetentionPolicyReq,
  failures: [409],
});

export const deleteRetention = endpoint(`DELETE ${policy}`, {
  id: 'deleteRetention',
  tag,
  guard: ofProject('delete'),
  params: PolicyParams,
});

export const listRetentionExecutions = endpoint(`GET ${policy}/executions`, {
  id: 'listRetentionExecutions',
  tag,
  guard: ofProject('list'),
  list: true,
  params: PolicyParams,
  reply: Type.Array(RetentionExecution),
});

export const triggerRetentionExecution = endpoint(`POST ${policy}/executions`, {
  id: 'triggerRetentionExecution',
  tag,
  guard: ofProject('update'),
  params: PolicyParams,
  body: Type.Object({ dry_run: Maybe(Type.Boolean()) }),
  status: 201,
});

export const operateRetentionExecution = endpoint(`PATCH ${run}`, {
  id: 'operateRetentionExecution',
  tag,
  guard: ofProject('update'),
  params: RunParams,
  body: Type.Object({ action: text(64) }),
});

export const listRetentionTasks = endpoint(`GET ${run}/tasks`, {
  id: 'listRetentionTasks',
  tag,
  guard: ofProject('list'),
  list: true,
  params: RunParams,
  reply: Type.Array(RetentionExecutionTask),
});

export const getRetentionTaskLog = endpoint(`GET ${run}/tasks/:tid`, {
  id: 'getRetentionTaskLog',
  tag,
  guard: ofProject('read'),
  params: Type.Object({ ...RunParams.properties, tid: ExecutionId() }),
  reply: Type.String(),
});

export const previewRetention = endpoint('POST /retentions/preview', {
  id: 'previewRetention',
  tag,
  guard: ofProject('read (a saved policy) or create (rules that are not saved)'),
  summary: 'Says what a run of a policy would delete now, and what keeps each other artifact (extension)',
  query: Type.Object({
    repository: Type.Optional(Type.String({ maxLength: 255 })),
    page: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }),
    page_size: Type.Integer({ minimum: 1, maximum: 20, default: 10 }),
    artifact_offset: Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 }),
    artifact_limit: Type.Integer({ minimum: 0, maximum: 1_000, default: 100 }),
  }),
  body: RetentionPolicyReq,
  reply: Type.Object({ total: count(), repositories: Type.Array(RetentionPreview) }),
  failures: [409],
});
