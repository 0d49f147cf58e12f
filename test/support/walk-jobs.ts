import { get, put, post, type Scene, type Visits } from './walk-rules.ts';

/** A run that has ended, so that nothing happens by itself while others are refused. */
const ended = (vendor_type: string) => async (scene: Scene) => {
  const { db } = scene.app.database;
  const { id } = await db
    .insertInto('execution')
    .values({ vendor_type, trigger: 'MANUAL', status: 'Success' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { number: id };
};

const endedJob = async (scene: Scene) => {
  const { number } = await ended('RETENTION')(scene);
  const { id } = await scene.app.database.db
    .insertInto('task')
    .values({ execution_id: number, job: 'RETENTION', payload: '{}', attempts: 1, status: 'Success' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { number: id };
};

const schedule = { type: 'Weekly', cron: '0 0 2 * * 6' };
const purge = { schedule, parameters: { audit_retention_hour: 240_000, include_event_types: 'other' } };

const unpause = async ({ app }: Scene) => {
  await app.database.db.deleteFrom('job_pause').execute();
};

/** Background work: garbage collection, the purge of the audit log, workers and queues. */
export const jobVisits: Visits = {
  getGCHistory: { rule: 'system garbage-collection:list', call: () => get('/system/gc') },
  listGCLedger: { rule: 'system garbage-collection:list', call: () => get('/system/gc/ledger') },
  getGCSummary: { rule: 'system garbage-collection:read', call: () => get('/system/gc/summary') },
  getGCSchedule: { rule: 'system garbage-collection:read', call: () => get('/system/gc/schedule') },
  createGCSchedule: {
    rule: 'system garbage-collection:create',
    status: 201,
    call: () => post('/system/gc/schedule', { schedule }),
  },
  updateGCSchedule: {
    rule: 'system garbage-collection:update',
    call: () => put('/system/gc/schedule', { schedule }),
  },
  getGC: {
    rule: 'system garbage-collection:read',
    prepare: ended('GARBAGE_COLLECTION'),
    call: ({ number }) => get(`/system/gc/${number}`),
  },
  getGCLog: {
    rule: 'system garbage-collection:read',
    prepare: ended('GARBAGE_COLLECTION'),
    call: ({ number }) => get(`/system/gc/${number}/log`),
  },
  stopGC: {
    rule: 'system garbage-collection:stop',
    prepare: ended('GARBAGE_COLLECTION'),
    call: ({ number }) => put(`/system/gc/${number}`),
  },

  getPurgeHistory: { rule: 'system purge-audit:list', call: () => get('/system/purgeaudit') },
  getPurgeSchedule: { rule: 'system purge-audit:read', call: () => get('/system/purgeaudit/schedule') },
  createPurgeSchedule: {
    rule: 'system purge-audit:create',
    status: 201,
    call: () => post('/system/purgeaudit/schedule', purge),
  },
  updatePurgeSchedule: {
    rule: 'system purge-audit:update',
    call: () => put('/system/purgeaudit/schedule', purge),
  },
  getPurgeJob: {
    rule: 'system purge-audit:read',
    prepare: ended('PURGE_AUDIT_LOG'),
    call: ({ number }) => get(`/system/purgeaudit/${number}`),
  },
  getPurgeJobLog: {
    rule: 'system purge-audit:read',
    prepare: ended('PURGE_AUDIT_LOG'),
    call: ({ number }) => get(`/system/purgeaudit/${number}/log`),
  },
  stopPurge: {
    rule: 'system purge-audit:stop',
    prepare: ended('PURGE_AUDIT_LOG'),
    call: ({ number }) => put(`/system/purgeaudit/${number}`),
  },

  getWorkerPools: { rule: 'system jobservice-monitor:list', call: () => get('/jobservice/pools') },
  getWorkers: { rule: 'system jobservice-monitor:list', call: () => get('/jobservice/pools/all/workers') },
  listJobQueues: { rule: 'system jobservice-monitor:list', call: () => get('/jobservice/queues') },
  listSchedules: { rule: 'system jobservice-monitor:list', call: () => get('/schedules') },
  previewSchedule: { rule: 'login', call: () => get('/schedules/preview?cron=0%200%202%20*%20*%206') },
  getSchedulePaused: { rule: 'login', call: () => get('/schedules/all/paused') },
  actionGetJobLog: {
    rule: 'system jobservice-monitor:list',
    prepare: endedJob,
    call: ({ number }) => get(`/jobservice/jobs/${number}/log`),
  },
  stopRunningJob: {
    rule: 'system jobservice-monitor:stop',
    prepare: endedJob,
    call: ({ number }) => put(`/jobservice/jobs/${number}`),
  },
  actionPendingJobs: {
    rule: 'system jobservice-monitor:stop',
    call: () => put('/jobservice/queues/IMAGE_SCAN', { action: 'pause' }),
    restore: unpause,
  },
  getExecutionEvents: {
    // Those who may read the log of this kind may, too (S-020 has a test of its own).
    rule: 'system jobservice-monitor:list',
    prepare: ended('RETENTION'),
    call: ({ number }) => get(`/jobservice/executions/${number}/events`),
  },
  // Whoever reads only these runs may follow them.
  'getExecutionEvents of a collection': {
    rule: (who) => who.sysadmin === true || who.granted?.system === true,
    prepare: ended('GARBAGE_COLLECTION'),
    call: ({ number }) => get(`/jobservice/executions/${number}/events`),
  },
};
