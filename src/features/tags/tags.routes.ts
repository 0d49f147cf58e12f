import { type ArtifactParts, Details, presentTag } from '#src/features/artifacts/index.ts';
import type { ContentParts } from '#src/features/repositories/index.ts';
import { Answer, Listed, type Route, route } from '#src/http/endpoint.ts';
import * as api from './tags.contract.ts';
import { presentNamed } from './present.ts';
import * as tags from './tags.ts';

export function tagRoutes(parts: ContentParts & ArtifactParts): readonly Route[] {
  const details = new Details(parts.storage);
  return [
    route(api.listTagsOfRepository, async (ctx, { project, params, page }) => {
      const asked = { repository: params.repository_name, page };
      const { rows, total } = await tags.listTagsOfRepository(ctx, details, project, asked);
      return new Listed(rows.map(presentNamed), total);
    }),

    route(api.listTags, async (ctx, { project, params, query, page }) => {
      const asked = { page, withStatus: query.with_immutable_status };
      const { rows, total } = await tags.listTags(ctx, project, params, asked);
      return new Listed(rows.map(presentTag), total);
    }),

    route(api.createTag, async (ctx, { project, params, body }) => {
      await tags.createTag(ctx, parts, project, { ...params, tag: body.name });
      // Harbor: no Location, since a single tag has no address of its own.
      return new Answer<never>(undefined);
    }),

    route(api.deleteTag, (ctx, { project, params }) => tags.deleteTag(ctx, parts, project, params)),
  ];
}
