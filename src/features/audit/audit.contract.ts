import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';

const text = () => Type.Optional(Type.String());

const AuditLog = Type.Object({
  id: Type.Optional(Type.Integer()),
  username: text(),
  resource: text(),
  resource_type: text(),
  operation: text(),
  op_time: DateTime(),
});
export type AuditLog = Static<typeof AuditLog>;

const AuditLogExt = Type.Object({
  id: Type.Optional(Type.Integer()),
  username: text(),
  resource: text(),
  resource_type: text(),
  operation: text(),
  operation_description: text(),
  operation_result: Type.Boolean(),
  op_time: DateTime(),
});
export type AuditLogExt = Static<typeof AuditLogExt>;

const AuditLogEventType = Type.Object({ event_type: text() });

const tag = 'auditlog';

export const listAuditLogs = endpoint('GET /audit-logs', {
  id: 'listAuditLogs',
  tag,
  // Whoever may not see all sees the rows of projects whose logs he may list.
  guard: 'login',
  list: true,
  reply: Type.Array(AuditLog),
});

export const listAuditLogExts = endpoint('GET /auditlog-exts', {
  id: 'listAuditLogExts',
  tag,
  guard: 'login',
  list: true,
  reply: Type.Array(AuditLogExt),
});

export const listAuditLogEventTypes = endpoint('GET /auditlog-exts/events', {
  id: 'listAuditLogEventTypes',
  tag,
  guard: { system: 'audit-log:list' },
  reply: Type.Array(AuditLogEventType),
});

/** What a list of the log takes, but for its pages. */
const ExportQuery = Type.Object({
  format: Type.Union([Type.Literal('csv'), Type.Literal('json')], { default: 'csv' }),
  q: Type.Optional(Type.String({ maxLength: 10_000 })),
  sort: Type.Optional(Type.String({ maxLength: 1_000 })),
});
export type ExportQuery = Static<typeof ExportQuery>;

export const exportAuditLogExts = endpoint('GET /auditlog-exts/export', {
  id: 'exportAuditLogExts',
  tag,
  summary: 'Every row that matches, as a file',
  guard: 'login',
  query: ExportQuery,
  reply: Type.String(),
});

const ofProject = Type.Object({ project_name: Type.String({ minLength: 1, maxLength: 255 }) });

export const getLogs = endpoint('GET /projects/:project_name/logs', {
  id: 'getLogs',
  tag: 'project',
  guard: { project: 'log:list' },
  params: ofProject,
  list: true,
  reply: Type.Array(AuditLog),
});

export const getLogExts = endpoint('GET /projects/:project_name/auditlog-exts', {
  id: 'getLogExts',
  tag: 'project',
  guard: { project: 'log:list' },
  params: ofProject,
  list: true,
  reply: Type.Array(AuditLogExt),
});

export const exportLogExts = endpoint('GET /projects/:project_name/auditlog-exts/export', {
  id: 'exportLogExts',
  tag: 'project',
  summary: "Every row of a project's log that matches, as a file",
  guard: { project: 'log:list' },
  params: ofProject,
  query: ExportQuery,
  reply: Type.String(),
});
