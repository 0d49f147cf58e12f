import { Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { ArtifactParams, RepositoryParams } from './artifacts.contract.ts';

const artifacts = '/projects/:project_name/repositories/:repository_name/artifacts';
const tag = 'artifact';

export const CopyArtifact = endpoint(`POST ${artifacts}`, {
  id: 'CopyArtifact',
  tag,
  // Reading and pulling the source is asked of its own project.
  guard: { project: 'artifact:create' },
  summary: 'Copies an artifact with its children, accessories and tags from another repository',
  params: RepositoryParams,
  query: Type.Object({
    /** `project/repository:tag` or `project/repository@digest`. */
    from: Type.String({ minLength: 1, maxLength: 1024 }),
  }),
  status: 201,
});

export const deleteArtifact = endpoint(`DELETE ${artifacts}/:reference`, {
  id: 'deleteArtifact',
  tag,
  guard: { project: 'artifact:delete' },
  summary: 'Deletes an artifact with its tags, its accessories, and children that nothing else needs',
  params: ArtifactParams,
  failures: [412],
});
