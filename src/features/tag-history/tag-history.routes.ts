import type { ContentParts } from '#src/features/repositories/index.ts';
import { Listed, type Route, route } from '#src/http/endpoint.ts';
import { rollBack } from './rollback.ts';
import * as api from './tag-history.contract.ts';
import { type Entry, listHistory } from './tag-history.ts';

export function tagHistoryRoutes(parts: ContentParts): readonly Route[] {
  return [
    route(api.listTagHistory, async (ctx, { project, params, page }) => {
      const { rows, total } = await listHistory(ctx, project, params.repository_name, page);
      return new Listed(rows.map(present), total);
    }),

    route(api.rollbackTag, async (ctx, { project, params, body }) => {
      const { digest } = body;
      const wanted = { ...params, digest, expected: body.expected ?? undefined };
      const { previous, restored } = await rollBack(ctx, parts, project, wanted);
      return {
        tag_name: params.tag_name,
        digest,
        ...(previous !== undefined && { previous }),
        restored: { artifacts: [...restored.artifacts], tags: [...restored.tags] },
      };
    }),
  ];
}

function present(entry: Entry): api.HistoryEntry {
  const { id, tag, op_time, operation, username, digest_before, digest_after, current, states } = entry;
  const named = (digest: string) => ({ digest, state: states.get(digest) ?? ('gone' as const) });
  return {
    id,
    tag_name: tag,
    op_time: op_time.toISOString(),
    operation,
    ...(entry.withName && { username }),
    ...(digest_before !== null && { before: named(digest_before) }),
    ...(digest_after !== null && { after: named(digest_after) }),
    ...(current !== undefined && { current_digest: current }),
  };
}
