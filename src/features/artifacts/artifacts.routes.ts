import { Listed, type Route, route } from '#src/http/endpoint.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import * as api from './artifacts.contract.ts';
import * as artifacts from './artifacts.ts';
import { Details } from './details.ts';
import { presentAccessory, presentArtifact } from './present.ts';

export interface ArtifactParts {
  readonly storage: BlobDriver;
}

export function artifactRoutes(parts: ArtifactParts): readonly Route[] {
  const details = new Details(parts.storage);
  return [
    route(api.listArtifacts, async (ctx, { project, params, query: wanted, page }) => {
      const asked = { repository: params.repository_name, wanted, page };
      const found = await artifacts.listArtifacts(ctx, details, project, asked);
      return new Listed(found.artifacts.map(presentArtifact), found.total);
    }),

    route(api.getArtifact, async (ctx, { project, params, query: wanted }) =>
      presentArtifact(await artifacts.getArtifact(ctx, details, project, { path: params, wanted })),
    ),

    route(api.listAccessories, async (ctx, { project, params, page }) => {
      const { rows, total } = await artifacts.listAccessories(ctx, project, params, page);
      return new Listed(rows.map(presentAccessory), total);
    }),

    route(api.listArtifactsOfProject, async (ctx, { project, query: wanted, page }) => {
      const asked = { latestOnly: wanted.latest_in_repository, wanted, page };
      const found = await artifacts.listArtifactsOfProject(ctx, details, project, asked);
      return new Listed(found.artifacts.map(presentArtifact), found.total);
    }),
  ];
}
