import type { Static } from 'typebox';
import { EventStreams } from '#src/features/executions/index.ts';
import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import * as api from './bulk.contract.ts';
import * as bulk from './bulk.ts';
import type { ItemRow } from './bulk.store.ts';
import { followRun } from './events.ts';
import { previewBulk } from './preview.ts';
import type { Wanted } from './selection.ts';

type Selection = Static<(typeof api.previewBulk)['options']['body']>;

export function bulkRoutes(): readonly Route[] {
  const streams = new EventStreams();
  /** `…/bulk/7/undo` made `…/bulk/8`. */
  const beside = (path: string, id: number) =>
    created(`${path.split('/').slice(0, -2).join('/')}/${id}`, { id });
  return [
    route(api.previewBulk, (ctx, { project, params, body }) =>
      previewBulk(ctx, project, params.repository_name, wantedIn(body)),
    ),

    route(api.startBulk, async (ctx, { project, params, body, path }) => {
      const wanted = { ...wantedIn(body), expected: body.expected ?? undefined };
      const id = await bulk.startBulk(ctx, project, params.repository_name, wanted);
      return created(`${path}/${id}`, { id });
    }),

    route(api.listBulks, async (ctx, { project, params, page }) => {
      const { rows, total } = await bulk.listRuns(ctx, project, params.repository_name, page);
      return new Listed(rows.map(present), total);
    }),

    route(api.getBulk, async (ctx, { project, params }) => present(await bulk.getRun(ctx, project, params))),

    route(api.listBulkItems, async (ctx, { project, params, page }) => {
      const { rows, total } = await bulk.listItems(ctx, project, params, page);
      return new Listed(rows.map(presentItem), total);
    }),

    route(api.stopBulk, (ctx, { project, params }) => bulk.stopRun(ctx, project, params)),

    route(api.retryBulk, async (ctx, { project, params, path }) =>
      beside(path, await bulk.retryRun(ctx, project, params)),
    ),

    route(api.undoBulk, async (ctx, { project, params, body, path }) =>
      beside(path, await bulk.undoRun(ctx, project, params, body.items ?? undefined)),
    ),

    route(api.getProjectExecutionEvents, (ctx, { project, params }) =>
      followRun(ctx, streams, project, params.execution_id),
    ),
  ];
}

function wantedIn({ action, target, q, names, label_id }: Selection): Wanted {
  // An empty filter, as pages send it, is none.
  return { action, target, q: q || undefined, names: names ?? undefined, label_id: label_id ?? undefined };
}

function present(run: bulk.Run): api.Bulk {
  const { id, action, target, q, label_id, of, status, status_message, username, counted } = run;
  return {
    id,
    action,
    target,
    ...(q !== undefined && { q }),
    ...(label_id !== undefined && { label_id }),
    ...(of !== undefined && { of }),
    ...(username !== undefined && { username }),
    status,
    ...(status_message !== '' && { status_message }),
    ...counted,
    start_time: run.start_time.toISOString(),
    ...(run.end_time && { end_time: run.end_time.toISOString() }),
  };
}

function presentItem({ id, tag, digest, state, reason }: ItemRow): api.Item {
  return { id, ...(tag !== null && { tag }), digest, state, ...(reason !== null && { reason }) };
}
