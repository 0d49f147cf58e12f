import { route } from '#src/http/endpoint.ts';
import * as api from './metadata.contract.ts';
import * as keys from './metadata-keys.ts';

export const metadataRoutes = [
  route(api.listProjectMetadatas, (ctx, { project }) => keys.listMetadata(ctx, project)),

  route(api.addProjectMetadatas, (ctx, { project, body }) => keys.addMetadata(ctx, project, body)),

  route(api.getProjectMetadata, (ctx, { project, params }) =>
    keys.getMetadata(ctx, project, params.meta_name),
  ),

  route(api.updateProjectMetadata, (ctx, { project, params, body }) =>
    keys.setMetadata(ctx, project, params.meta_name, body),
  ),

  route(api.deleteProjectMetadata, (ctx, { project, params }) =>
    keys.removeMetadata(ctx, project, params.meta_name),
  ),
];
