import { type Route, route } from '#src/http/endpoint.ts';
import * as api from './internal.contract.ts';
import * as internal from './internal.ts';

export const internalRoutes: readonly Route[] = [
  route(api.renameAdmin, (ctx) => internal.renameAdmin(ctx)),

  route(api.syncQuota, (ctx) => internal.syncQuota(ctx)),
];
