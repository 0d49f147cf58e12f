import { type Route, route } from '#src/http/endpoint.ts';
import * as api from './preferences.contract.ts';
import * as preferences from './preferences.ts';

/** Members that the shape does not name are left out. */
function known(body: api.PreferencesReq): api.PreferencesReq {
  const names = Object.keys(api.PreferencesReq.properties);
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}

export const preferenceRoutes: readonly Route[] = [
  route(api.getPreferences, (ctx) => preferences.getPreferences(ctx)),

  route(api.updatePreferences, (ctx, { body }) => preferences.updatePreferences(ctx, known(body))),
];
