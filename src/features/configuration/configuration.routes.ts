import { Failure } from '#src/failures.ts';
import { type Route, route } from '#src/http/endpoint.ts';
import * as api from './configuration.contract.ts';
import { type ConfigurationParts, getConfiguration, updateConfiguration } from './configuration.ts';

export const configurationRoutes = (parts: ConfigurationParts): readonly Route[] => [
  route(api.getConfigurations, async (ctx) => {
    const shown = await getConfiguration(ctx, parts);
    // One entry for each name of the contract, made from the same table.
    const settings = Object.fromEntries(shown) as api.ShownSettings;
    const uaa_client_secret = { value: '', editable: !parts.settingsLocked };
    return { ...settings, scan_all_policy: {}, uaa_client_secret };
  }),

  route(api.updateConfigurations, (ctx, { body }) => updateConfiguration(ctx, parts, body)),

  route(api.getInternalconfig, async (ctx) => {
    if (ctx.who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
    throw new Failure(
      'FORBIDDEN',
      'only the other parts of Harbor may read this, and here there are none; GET /configurations shows settings to administrators',
    );
  }),
];
