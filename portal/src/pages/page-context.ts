import type { QueryClient } from '@tanstack/react-query';
import type { FlatNamespace, i18n } from 'i18next';
import type { Api } from '../api/client.ts';

/** What every route is given. */
export interface RouterContext {
  readonly api: Api;
  readonly client: QueryClient;
  readonly i18n: i18n;
}

/** The loader of a page whose texts stand beside it: they come with its code, and nothing is drawn before them. */
export const texts =
  (namespace: FlatNamespace) =>
  ({ context }: { context: RouterContext }) =>
    context.i18n.loadNamespaces(namespace);
