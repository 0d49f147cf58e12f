import { randomUUID } from 'node:crypto';
import type { TestApp } from './app.ts';
import { idIn, type Place, prepare } from './walk-place.ts';
import { get, post, put, remove, type Scene, type Visits } from './walk-rules.ts';

/** What a policy did: a run that has ended, and its one task. */
export interface Run {
  readonly policy: number;
  readonly execution: number;
  readonly task: number;
}

const doublestar = (decoration: string, pattern: string) => ({ kind: 'doublestar', decoration, pattern });

/** Keeps all there is. */
export const retentionOf = (project: number) => ({
  algorithm: 'or',
  rules: [
    {
      action: 'retain',
      template: 'always',
      tag_selectors: [doublestar('matches', '**')],
      scope_selectors: { repository: [doublestar('repoMatches', '**')] },
    },
  ],
  scope: { level: 'project', ref: project },
});

/** Switched off: it would be told of whatever else happens in the project, at a time of its own. */
export const webhookOf = (name: string) => ({
  name,
  enabled: false,
  event_types: ['PUSH_ARTIFACT'],
  targets: [{ type: 'http', address: 'https://hook.test/in' }],
});

/** A project has one policy of retention at most. */
async function retention(app: TestApp, { id }: Place): Promise<number> {
  const { db } = app.database;
  const found = await db
    .selectFrom('retention_policy')
    .select('id')
    .where('project_id', '=', id)
    .executeTakeFirst();
  return found?.id ?? idIn(await prepare(app, 'POST', '/retentions', retentionOf(id)));
}

async function webhook(app: TestApp, { name }: Place): Promise<number> {
  const path = `/projects/${name}/webhook/policies`;
  return idIn(await prepare(app, 'POST', path, webhookOf(`hook-${Math.random()}`)));
}

/** What a task of a webhook carries; its target is gone. */
const delivery = () => ({
  target_id: randomUUID(),
  delivery: randomUUID(),
  event_type: 'PUSH_ARTIFACT',
  content_type: 'application/json',
  body: '{}',
});

async function ran(app: TestApp, kind: 'RETENTION' | 'WEBHOOK', policy: number): Promise<Run> {
  const { db } = app.database;
  const { id: execution } = await db
    .insertInto('execution')
    .values({ vendor_type: kind, vendor_id: policy, trigger: 'MANUAL', status: 'Success' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id: task } = await db
    .insertInto('task')
    .values({
      execution_id: execution,
      job: kind,
      payload: JSON.stringify(kind === 'WEBHOOK' ? delivery() : {}),
      attempts: 1,
      status: 'Success',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { policy, execution, task };
}

export const retentionRun = async (app: TestApp, place: Place): Promise<Run> =>
  ran(app, 'RETENTION', await retention(app, place));
export const webhookRun = async (app: TestApp, place: Place): Promise<Run> =>
  ran(app, 'WEBHOOK', await webhook(app, place));

const sceneOf = ({ policy, execution, task }: Run) => ({ number: policy, below: [execution, task] });

const someRetention = async ({ app, place }: Scene) => ({ number: await retention(app, place) });
const someWebhook = async ({ app, place }: Scene) => ({ number: await webhook(app, place) });
const someRetentionRun = async ({ app, place }: Scene) => sceneOf(await retentionRun(app, place));
const someWebhookRun = async ({ app, place }: Scene) => sceneOf(await webhookRun(app, place));
const hooks = ({ place }: Scene) => `/projects/${place.name}/webhook`;
const retentionRuns = (scene: Scene) => `/retentions/${scene.number}/executions/${scene.below?.[0]}`;
const webhookRuns = (scene: Scene) =>
  `${hooks(scene)}/policies/${scene.number}/executions/${scene.below?.[0]}`;
const hiddenWithout = 'project tag-retention:read';

export const retentionVisits: Visits = {
  getRentenitionMetadata: { rule: 'login', call: () => get('/retentions/metadatas') },
  createRetention: {
    rule: 'project tag-retention:create',
    status: 201,
    prepare: async (scene) => {
      await prepare(scene.app, 'DELETE', `/retentions/${await retention(scene.app, scene.place)}`);
    },
    call: ({ place }) => post('/retentions', retentionOf(place.id)),
  },
  getRetention: {
    rule: 'project tag-retention:read',
    hiddenWithout,
    prepare: someRetention,
    call: ({ number }) => get(`/retentions/${number}`),
  },
  updateRetention: {
    rule: 'project tag-retention:update',
    hiddenWithout,
    prepare: someRetention,
    call: ({ number, place }) => put(`/retentions/${number}`, retentionOf(place.id)),
  },
  deleteRetention: {
    rule: 'project tag-retention:delete',
    hiddenWithout,
    prepare: someRetention,
    call: ({ number }) => remove(`/retentions/${number}`),
  },
  previewRetention: {
    rule: 'project tag-retention:create',
    call: ({ place }) => post('/retentions/preview', retentionOf(place.id)),
  },
  listRetentionExecutions: {
    rule: 'project tag-retention:list',
    hiddenWithout,
    prepare: someRetention,
    call: ({ number }) => get(`/retentions/${number}/executions`),
  },
  triggerRetentionExecution: {
    rule: 'project tag-retention:update',
    status: 201,
    hiddenWithout,
    // What is begun here must not go on beside other visits.
    prepare: async (scene) => {
      const { db } = scene.app.database;
      await db
        .insertInto('job_pause')
        .values({ job: 'RETENTION' })
        .onConflict((on) => on.doNothing())
        .execute();
      return someRetention(scene);
    },
    call: ({ number }) => post(`/retentions/${number}/executions`, { dry_run: true }),
    restore: async ({ app }) => {
      await app.database.db.deleteFrom('execution').where('vendor_type', '=', 'RETENTION').execute();
    },
  },
  operateRetentionExecution: {
    rule: 'project tag-retention:update',
    hiddenWithout,
    prepare: someRetentionRun,
    call: (scene) => ({ method: 'PATCH', path: retentionRuns(scene), body: { action: 'stop' } }),
  },
  listRetentionTasks: {
    rule: 'project tag-retention:list',
    hiddenWithout,
    prepare: someRetentionRun,
    call: (scene) => get(`${retentionRuns(scene)}/tasks`),
  },
  getRetentionTaskLog: {
    rule: 'project tag-retention:read',
    hiddenWithout,
    prepare: someRetentionRun,
    call: (scene) => get(`${retentionRuns(scene)}/tasks/${scene.below?.[1]}`),
  },
};

export const webhookVisits: Visits = {
  ListWebhookPoliciesOfProject: {
    rule: 'project notification-policy:list',
    call: (scene) => get(`${hooks(scene)}/policies`),
  },
  CreateWebhookPolicyOfProject: {
    rule: 'project notification-policy:create',
    status: 201,
    call: (scene) => post(`${hooks(scene)}/policies`, webhookOf(`walk-${scene.number}`)),
  },
  GetWebhookPolicyOfProject: {
    rule: 'project notification-policy:read',
    prepare: someWebhook,
    call: (scene) => get(`${hooks(scene)}/policies/${scene.number}`),
  },
  UpdateWebhookPolicyOfProject: {
    rule: 'project notification-policy:update',
    prepare: someWebhook,
    call: (scene) => put(`${hooks(scene)}/policies/${scene.number}`, webhookOf(`walked-${scene.number}`)),
  },
  DeleteWebhookPolicyOfProject: {
    rule: 'project notification-policy:delete',
    prepare: someWebhook,
    call: (scene) => remove(`${hooks(scene)}/policies/${scene.number}`),
  },
  LastTrigger: {
    rule: 'project notification-policy:read',
    call: (scene) => get(`${hooks(scene)}/lasttrigger`),
  },
  GetSupportedEventTypes: {
    rule: 'project notification-policy:read',
    call: (scene) => get(`${hooks(scene)}/events`),
  },
  ListWebhookJobs: {
    rule: 'project notification-policy:list',
    prepare: someWebhook,
    call: (scene) => get(`${hooks(scene)}/jobs?policy_id=${scene.number}`),
  },
  ListExecutionsOfWebhookPolicy: {
    rule: 'project notification-policy:read',
    prepare: someWebhook,
    call: (scene) => get(`${hooks(scene)}/policies/${scene.number}/executions`),
  },
  ListTasksOfWebhookExecution: {
    rule: 'project notification-policy:read',
    prepare: someWebhookRun,
    call: (scene) => get(`${webhookRuns(scene)}/tasks`),
  },
  GetLogsOfWebhookTask: {
    rule: 'project notification-policy:read',
    prepare: someWebhookRun,
    call: (scene) => get(`${webhookRuns(scene)}/tasks/${scene.below?.[1]}/log`),
  },
  GetDeliveryOfWebhookTask: {
    rule: 'project notification-policy:read',
    prepare: someWebhookRun,
    call: (scene) => get(`${webhookRuns(scene)}/tasks/${scene.below?.[1]}`),
  },
  RedeliverWebhookTask: {
    rule: 'project notification-policy:update',
    // Its target is gone.
    status: 412,
    prepare: someWebhookRun,
    call: (scene) => post(`${webhookRuns(scene)}/tasks/${scene.below?.[1]}/redeliver`),
  },
  TestWebhookTarget: {
    rule: 'project notification-policy:update',
    // Nothing leaves the process: the address is refused.
    status: 400,
    call: (scene) =>
      post(`${hooks(scene)}/test`, { target: { type: 'http', address: 'http://127.0.0.1:9/in' } }),
  },
};
