import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import { attachLabel, detachLabel } from './attachments.ts';
import * as api from './labels.contract.ts';
import type { LabelRow } from './labels.store.ts';
import * as labels from './labels.ts';

export const labelRoutes: readonly Route[] = [
  route(api.ListLabels, async (ctx, { query, page }) => {
    const { rows, total } = await labels.listLabels(ctx, query, page);
    return new Listed(rows.map(presentLabel), total);
  }),

  route(api.CreateLabel, async (ctx, { body, path }) => {
    const id = await labels.createLabel(ctx, body);
    return created(`${path.replace(/\/$/, '')}/${id}`);
  }),

  route(api.GetLabelByID, async (ctx, { params }) =>
    presentLabel(await labels.getLabel(ctx, params.label_id)),
  ),

  route(api.UpdateLabel, (ctx, { params, body }) => labels.updateLabel(ctx, params.label_id, body)),

  route(api.DeleteLabel, (ctx, { params }) => labels.deleteLabel(ctx, params.label_id)),

  route(api.addLabel, (ctx, { project, params, body }) => attachLabel(ctx, project, params, body.id ?? 0)),

  route(api.removeLabel, (ctx, { project, params }) => detachLabel(ctx, project, params, params.label_id)),
];

function presentLabel(row: LabelRow): api.Label {
  const { id, name, description, color, scope, project_id } = row;
  return {
    ...filled({ id, name, description, color, scope, project_id }),
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}
