import { Type } from 'typebox';
import { ExecutionId, History, ScheduleBody } from '#src/features/executions/index.ts';
import { endpoint } from '#src/http/endpoint.ts';

const tag = 'purge';
const OneRun = Type.Object({ purge_id: ExecutionId() });

export const getPurgeHistory = endpoint('GET /system/purgeaudit', {
  id: 'getPurgeHistory',
  tag,
  guard: { system: 'purge-audit:list' },
  list: true,
  reply: Type.Array(History),
});

export const getPurgeJob = endpoint('GET /system/purgeaudit/:purge_id', {
  id: 'getPurgeJob',
  tag,
  guard: { system: 'purge-audit:read' },
  params: OneRun,
  reply: History,
});

export const stopPurge = endpoint('PUT /system/purgeaudit/:purge_id', {
  id: 'stopPurge',
  tag,
  guard: { system: 'purge-audit:stop' },
  params: OneRun,
});

export const getPurgeJobLog = endpoint('GET /system/purgeaudit/:purge_id/log', {
  id: 'getPurgeJobLog',
  tag,
  guard: { system: 'purge-audit:read' },
  params: OneRun,
  reply: Type.String(),
});

export const getPurgeSchedule = endpoint('GET /system/purgeaudit/schedule', {
  id: 'getPurgeSchedule',
  tag,
  guard: { system: 'purge-audit:read' },
  reply: History,
});

export const createPurgeSchedule = endpoint('POST /system/purgeaudit/schedule', {
  id: 'createPurgeSchedule',
  tag,
  guard: { system: 'purge-audit:create' },
  body: ScheduleBody,
  status: 201,
  failures: [409],
});

export const updatePurgeSchedule = endpoint('PUT /system/purgeaudit/schedule', {
  id: 'updatePurgeSchedule',
  tag,
  guard: { system: 'purge-audit:update' },
  body: ScheduleBody,
  failures: [409],
});
