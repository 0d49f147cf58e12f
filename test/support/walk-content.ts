import { makeImage, pushImage } from './app.ts';
import { idIn, prepare } from './walk-place.ts';
import { bulkVisits } from './walk-bulk.ts';
import { get, post, put, remove, type Scene, type Visits } from './walk-rules.ts';

const repositories = ({ place }: Scene) => `/projects/${place.name}/repositories`;
const artifacts = (scene: Scene) => `${repositories(scene)}/app/artifacts`;
const icon = 'sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06';
/** Tags are made in one of these, so that the image of the place keeps its own alone. */
const tagged = (scene: Scene) => `${artifacts(scene)}/${scene.place.image.digest}/tags`;

/** Repositories, artifacts, tags, and labels on artifacts. */
export const contentVisits: Visits = {
  ...bulkVisits,
  listAllRepositories: { rule: 'open', call: () => get('/repositories') },
  listRepositories: { rule: 'project repository:list', call: (scene) => get(repositories(scene)) },
  getRepository: { rule: 'project repository:read', call: (scene) => get(`${repositories(scene)}/app`) },
  updateRepository: {
    rule: 'project repository:update',
    call: (scene) => put(`${repositories(scene)}/app`, { description: 'walked' }),
  },
  deleteRepository: {
    rule: 'project repository:delete',
    prepare: async ({ app, place, number }) => {
      const values = { project_id: place.id, name: `${place.name}/gone-${number}` };
      await app.database.db.insertInto('repository').values(values).execute();
    },
    call: (scene) => remove(`${repositories(scene)}/gone-${scene.number}`),
  },

  listArtifacts: { rule: 'project artifact:list', call: (scene) => get(artifacts(scene)) },
  listArtifactsOfProject: {
    rule: 'project artifact:list',
    call: ({ place }) => get(`/projects/${place.name}/artifacts`),
  },
  getArtifact: { rule: 'project artifact:read', call: (scene) => get(`${artifacts(scene)}/v1`) },
  listAccessories: {
    rule: 'project accessory:list',
    call: (scene) => get(`${artifacts(scene)}/v1/accessories`),
  },
  getAddition: {
    rule: 'project artifact-addition:read',
    call: (scene) => get(`${artifacts(scene)}/v1/additions/build_history`),
  },
  CopyArtifact: {
    rule: 'project artifact:create',
    status: 201,
    call: (scene) =>
      post(`${repositories(scene)}/copy-${scene.number}/artifacts?from=${scene.place.name}/app:v1`),
  },
  deleteArtifact: {
    rule: 'project artifact:delete',
    prepare: async ({ app, place, number }) => {
      await pushImage(app, 'admin', `${place.name}/doomed`, `v${number}`, makeImage(0));
    },
    call: (scene) => remove(`${repositories(scene)}/doomed/artifacts/v${scene.number}`),
  },
  restoreArtifact: {
    rule: 'project artifact:create',
    prepare: async (scene) => {
      await pushImage(scene.app, 'admin', `${scene.place.name}/lost`, `v${scene.number}`, makeImage(0));
      await prepare(scene.app, 'DELETE', `${repositories(scene)}/lost/artifacts/v${scene.number}`);
    },
    call: (scene) => post(`${repositories(scene)}/lost/artifacts/v${scene.number}/restore`),
  },
  restoreRepository: {
    rule: 'project artifact:create',
    prepare: async (scene) => {
      const repository = `sunk-${scene.number}`;
      await pushImage(scene.app, 'admin', `${scene.place.name}/${repository}`, 'v1', makeImage(0));
      await prepare(scene.app, 'DELETE', `${repositories(scene)}/${repository}`);
    },
    call: (scene) => post(`${repositories(scene)}/sunk-${scene.number}/restore`),
  },
  getRestorableRepository: {
    rule: 'project artifact:create',
    prepare: async (scene) => {
      const repository = `wreck-${scene.number}`;
      await pushImage(scene.app, 'admin', `${scene.place.name}/${repository}`, 'v1', makeImage(0));
      await prepare(scene.app, 'DELETE', `${repositories(scene)}/${repository}`);
    },
    call: (scene) => get(`${repositories(scene)}/wreck-${scene.number}/restore`),
  },
  previewDeletion: {
    rule: 'project artifact:delete',
    call: (scene) => get(`${artifacts(scene)}/v1/deletion`),
  },
  getRestorable: {
    rule: 'project artifact:create',
    prepare: async (scene) => {
      await pushImage(scene.app, 'admin', `${scene.place.name}/kept`, `v${scene.number}`, makeImage(0));
      await prepare(scene.app, 'DELETE', `${repositories(scene)}/kept/artifacts/v${scene.number}`);
    },
    call: (scene) => get(`${repositories(scene)}/kept/artifacts/v${scene.number}/restore`),
  },
  getIcon: { rule: 'open', call: () => get(`/icons/${icon}`) },

  listTags: { rule: 'project tag:list', call: (scene) => get(`${artifacts(scene)}/v1/tags`) },
  listTagsOfRepository: {
    rule: 'project tag:list',
    call: (scene) => get(`${repositories(scene)}/app/tags`),
  },
  createTag: {
    rule: 'project tag:create',
    status: 201,
    call: (scene) => post(tagged(scene), { name: `new-${scene.number}` }),
  },
  deleteTag: {
    rule: 'project tag:delete',
    prepare: async (scene) => {
      await prepare(scene.app, 'POST', tagged(scene), { name: `old-${scene.number}` });
    },
    call: (scene) => remove(`${tagged(scene)}/old-${scene.number}`),
  },
  listTagHistory: {
    rule: 'project tag:list',
    call: (scene) => get(`${repositories(scene)}/app/tag-history`),
  },
  rollbackTag: {
    // It moves a tag, which takes both rights.
    rule: 'project tag:delete',
    prepare: async (scene) => {
      await prepare(scene.app, 'POST', tagged(scene), { name: `moved-${scene.number}` });
    },
    call: (scene) =>
      post(`${repositories(scene)}/app/tags/moved-${scene.number}/rollback`, {
        digest: scene.place.image.digest,
      }),
  },

  addLabel: {
    rule: 'project artifact-label:create',
    prepare: async (scene) => ({ number: await makeLabel(scene) }),
    call: (scene) => post(`${artifacts(scene)}/v1/labels`, { id: scene.number }),
  },
  removeLabel: {
    rule: 'project artifact-label:delete',
    prepare: async (scene) => {
      const id = await makeLabel(scene);
      await prepare(scene.app, 'POST', `${artifacts(scene)}/v1/labels`, { id });
      return { number: id };
    },
    call: (scene) => remove(`${artifacts(scene)}/v1/labels/${scene.number}`),
  },
};

async function makeLabel({ app, place }: Scene): Promise<number> {
  const body = { name: `on-${Math.random()}`, scope: 'p', project_id: place.id };
  return idIn(await prepare(app, 'POST', '/labels', body));
}
