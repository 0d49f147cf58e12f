import { Listed, route } from '#src/http/endpoint.ts';
import * as api from './audit.contract.ts';
import { eventTypes } from './events.ts';
import { exportLog } from './export.ts';
import { listLog, visibleTo } from './log.ts';
import { present, presentExt } from './present.ts';

// Harbor: the old operations and the new ones read two tables; here one, so both tell the same story. The old form has
// no place for a result: what was refused is left out of it.
export const auditRoutes = [
  route(api.listAuditLogs, async (ctx, { page }) => {
    const { rows, total } = await listLog(ctx, visibleTo(ctx.who), page, 'successes');
    return new Listed(rows.map(present), total);
  }),

  route(api.listAuditLogExts, async (ctx, { page }) => {
    const { rows, total } = await listLog(ctx, visibleTo(ctx.who), page);
    return new Listed(rows.map(presentExt), total);
  }),

  route(api.listAuditLogEventTypes, async () => eventTypes.map((event_type) => ({ event_type }))),

  route(api.exportAuditLogExts, (ctx, { query }) => exportLog(ctx, visibleTo(ctx.who), query)),

  route(api.getLogs, async (ctx, { project, page }) => {
    const { rows, total } = await listLog(ctx, { only: [project.id] }, page, 'successes');
    return new Listed(rows.map(present), total);
  }),

  route(api.getLogExts, async (ctx, { project, page }) => {
    const { rows, total } = await listLog(ctx, { only: [project.id] }, page);
    return new Listed(rows.map(presentExt), total);
  }),

  route(api.exportLogExts, (ctx, { query, project }) =>
    exportLog(ctx, { only: [project.id] }, query, project),
  ),
];
