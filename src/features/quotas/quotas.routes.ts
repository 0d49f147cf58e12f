import { Listed, route } from '#src/http/endpoint.ts';
import * as api from './quotas.contract.ts';
import type { QuotaRow } from './quotas.store.ts';
import * as quotas from './quotas.ts';

export const quotaRoutes = [
  route(api.listQuotas, async (ctx, { query, page }) => {
    const { rows, total } = await quotas.listQuotas(ctx, query, page);
    return new Listed(rows.map(present), total);
  }),

  route(api.getQuota, async (ctx, { params }) => present(await quotas.getQuota(ctx, params.id))),

  route(api.updateQuota, (ctx, { params, body }) => quotas.updateQuota(ctx, params.id, body.hard ?? {})),
];

function present(row: QuotaRow): api.Quota {
  return {
    id: row.id,
    ref: { id: row.project_id, name: row.name, owner_name: row.owner_name ?? '' },
    hard: { storage: row.hard },
    used: { storage: row.used },
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}
