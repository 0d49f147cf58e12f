import { Listed, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import * as api from './audit.contract.ts';
import type { AuditRow } from './audit.store.ts';
import { describe } from './describe.ts';
import { eventTypes } from './events.ts';
import { listLog, visibleTo } from './log.ts';

// Harbor: the old operations and the new ones read two tables; here one, so both tell the same story.
export const auditRoutes = [
  route(api.listAuditLogs, async (ctx, { page }) => {
    const { rows, total } = await listLog(ctx, visibleTo(ctx.who), page);
    return new Listed(rows.map(present), total);
  }),

  route(api.listAuditLogExts, async (ctx, { page }) => {
    const { rows, total } = await listLog(ctx, visibleTo(ctx.who), page);
    return new Listed(rows.map(presentExt), total);
  }),

  route(api.listAuditLogEventTypes, async () => eventTypes.map((event_type) => ({ event_type }))),

  route(api.getLogs, async (ctx, { project, page }) => {
    const { rows, total } = await listLog(ctx, { only: [project.id] }, page);
    return new Listed(rows.map(present), total);
  }),

  route(api.getLogExts, async (ctx, { project, page }) => {
    const { rows, total } = await listLog(ctx, { only: [project.id] }, page);
    return new Listed(rows.map(presentExt), total);
  }),
];

function present({ id, username, resource, resource_type, operation, op_time }: AuditRow): api.AuditLog {
  return {
    ...filled({ id, username, resource, resource_type, operation }),
    op_time: op_time.toISOString(),
  };
}

function presentExt(row: AuditRow): api.AuditLogExt {
  return {
    ...present(row),
    operation_description: describe(row),
    operation_result: row.operation_result,
  };
}
