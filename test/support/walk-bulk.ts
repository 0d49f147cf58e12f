import { prepare } from './walk-place.ts';
import { get, post, put, type Scene, type Visits } from './walk-rules.ts';

const repository = ({ place }: Scene) => `/projects/${place.name}/repositories/app`;
const bulk = (scene: Scene) => `${repository(scene)}/bulk`;
const one = (scene: Scene) => `${bulk(scene)}/${scene.number}`;

/** Of a tag that nobody else needs. */
const wanted = ({ number }: Scene) => ({ action: 'delete', target: 'tags', names: [`bulk-${number}`] });

async function makeTag(scene: Scene): Promise<void> {
  const name = `bulk-${scene.number}`;
  await prepare(scene.app, 'POST', `${repository(scene)}/artifacts/${scene.place.image.digest}/tags`, {
    name,
  });
}

/** One that has ended and deleted a tag; made by hand, since every caller would wait for a real one. */
async function ended(scene: Scene): Promise<{ number: number }> {
  const { db } = scene.app.database;
  const { place } = scene;
  const { repository_id } = await db
    .selectFrom('repository')
    .select('repository_id')
    .where('name', '=', `${place.name}/app`)
    .executeTakeFirstOrThrow();
  const { id } = await db
    .insertInto('execution')
    .values({
      vendor_type: 'BULK',
      vendor_id: repository_id,
      status: 'Success',
      trigger: 'MANUAL',
      extra_attrs: JSON.stringify({ action: 'delete', target: 'tags', project_id: place.id }),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const item = { execution_id: id, id: 1, tag: 'gone', digest: place.image.digest, state: 'done' } as const;
  await db.insertInto('bulk_item').values(item).execute();
  return { number: id };
}

/** Many at once. */
export const bulkVisits: Visits = {
  previewBulk: {
    rule: 'project tag:delete',
    call: (scene) => post(`${bulk(scene)}/preview`, { action: 'delete', target: 'tags', names: ['none'] }),
  },
  startBulk: {
    rule: 'project tag:delete',
    status: 201,
    prepare: makeTag,
    call: (scene) => post(bulk(scene), wanted(scene)),
  },
  listBulks: { rule: 'project repository:read', call: (scene) => get(bulk(scene)) },
  getBulk: { rule: 'project repository:read', prepare: ended, call: (scene) => get(one(scene)) },
  listBulkItems: {
    rule: 'project repository:read',
    prepare: ended,
    call: (scene) => get(`${one(scene)}/items`),
  },
  stopBulk: { rule: 'project tag:delete', prepare: ended, call: (scene) => put(`${one(scene)}/stop`) },
  retryBulk: {
    rule: 'project tag:delete',
    // Nothing failed.
    status: 400,
    prepare: ended,
    call: (scene) => post(`${one(scene)}/retry`),
  },
  undoBulk: {
    // What comes back is as good as pushed.
    rule: 'project artifact:create',
    status: 201,
    prepare: ended,
    call: (scene) => post(`${one(scene)}/undo`),
  },
  getProjectExecutionEvents: {
    rule: 'project repository:read',
    prepare: ended,
    call: ({ place, number }) => get(`/projects/${place.name}/executions/${number}/events`),
  },
};
