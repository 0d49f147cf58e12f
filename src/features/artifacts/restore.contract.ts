import { Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';
import { ArtifactParams, RepositoryParams } from './artifacts.contract.ts';

export const restoreArtifact = endpoint(
  'POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/restore',
  {
    id: 'restoreArtifact',
    tag: 'artifact',
    // Bringing something back is worth as much as pushing it.
    guard: { project: 'artifact:create' },
    summary: 'Brings a deleted artifact or tag back, with everything that went with it (extension)',
    params: ArtifactParams,
    reply: Type.Object({ artifacts: Type.Array(Type.String()), tags: Type.Array(Type.String()) }),
    failures: [409, 412],
  },
);

const repository = '/projects/:project_name/repositories/:repository_name/restore';

export const getRestorableRepository = endpoint(`GET ${repository}`, {
  id: 'getRestorableRepository',
  tag: 'repository',
  // Who may bring something back may know that it was there.
  guard: { project: 'artifact:create' },
  summary: 'The last deletion of a whole repository that can still be undone (extension)',
  params: RepositoryParams,
  reply: Type.Object({ artifacts: Type.Integer(), deleted_at: DateTime(), restorable_until: DateTime() }),
});

export const restoreRepository = endpoint(`POST ${repository}`, {
  id: 'restoreRepository',
  tag: 'repository',
  guard: { project: 'artifact:create' },
  summary: 'Brings back what went with a whole repository, some hundreds of artifacts a call (extension)',
  params: RepositoryParams,
  reply: Type.Object({
    artifacts: Type.Integer(),
    tags: Type.Integer(),
    left: Type.Integer({ description: 'Artifacts that the next call goes on with' }),
  }),
  failures: [409, 412],
});
