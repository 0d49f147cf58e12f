import { Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { ArtifactParams } from './artifacts.contract.ts';

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
