import type { ContentParts } from '#src/features/repositories/index.ts';
import { created, type Route, route } from '#src/http/endpoint.ts';
import * as api from './changes.contract.ts';
import { copyArtifact } from './copy.ts';
import { deleteArtifact } from './deletion.ts';
import * as foresight from './foresight.contract.ts';
import { getRestorable, previewDeletion } from './foresight.ts';
import * as restore from './restore.contract.ts';
import { restoreArtifact } from './restore.ts';
import { getRestorableRepository, restoreRepository } from './restore-repository.ts';

export function artifactChangeRoutes(parts: ContentParts): readonly Route[] {
  return [
    route(api.CopyArtifact, async (ctx, { project, params, query, path }) => {
      const { repository_name } = params;
      const reference = await copyArtifact(ctx, parts, project, { repository_name, from: query.from });
      // Harbor: the path as it was sent, decoded once (wire.md section 3).
      return created(`${decodeURIComponent(path).replace(/\/$/, '')}/${reference}`);
    }),

    route(api.deleteArtifact, (ctx, { project, params }) => deleteArtifact(ctx, parts, project, params)),

    route(restore.restoreArtifact, async (ctx, { project, params }) => {
      const { artifacts, tags } = await restoreArtifact(ctx, parts, project, params);
      return { artifacts: [...artifacts], tags: [...tags] };
    }),

    route(restore.getRestorableRepository, async (ctx, { project, params }) => {
      const found = await getRestorableRepository(ctx, project, params.repository_name);
      const { artifacts, deleted_at, restorable_until } = found;
      return {
        artifacts,
        deleted_at: deleted_at.toISOString(),
        restorable_until: restorable_until.toISOString(),
      };
    }),

    route(restore.restoreRepository, (ctx, { project, params }) =>
      restoreRepository(ctx, parts, project, params.repository_name),
    ),

    route(foresight.previewDeletion, (ctx, { project, params }) => previewDeletion(ctx, project, params)),

    route(foresight.getRestorable, async (ctx, { project, params }) => {
      const { deleted_at, restorable_until, tags, ...kept } = await getRestorable(ctx, project, params);
      return {
        ...kept,
        tags: [...tags],
        deleted_at: deleted_at.toISOString(),
        restorable_until: restorable_until.toISOString(),
      };
    }),
  ];
}
