import type { Static, TSchema } from 'typebox';
import type * as additions from '../../../src/features/additions/additions.contract.ts';
import type * as artifacts from '../../../src/features/artifacts/artifacts.contract.ts';
import type * as artifactChanges from '../../../src/features/artifacts/changes.contract.ts';
import type * as foresight from '../../../src/features/artifacts/foresight.contract.ts';
import type * as restore from '../../../src/features/artifacts/restore.contract.ts';
import type * as audit from '../../../src/features/audit/audit.contract.ts';
import type * as bulk from '../../../src/features/bulk/bulk.contract.ts';
import type * as configuration from '../../../src/features/configuration/configuration.contract.ts';
import type * as groups from '../../../src/features/groups/groups.contract.ts';
import type * as immutability from '../../../src/features/immutability/immutability.contract.ts';
import type * as labels from '../../../src/features/labels/labels.contract.ts';
import type * as gc from '../../../src/features/gc/gc.contract.ts';
import type * as jobAdmin from '../../../src/features/job-admin/job-admin.contract.ts';
import type * as purge from '../../../src/features/purge/purge.contract.ts';
import type * as members from '../../../src/features/members/members.contract.ts';
import type * as internal from '../../../src/features/internal/internal.contract.ts';
import type * as overview from '../../../src/features/overview/overview.contract.ts';
import type * as preferences from '../../../src/features/preferences/preferences.contract.ts';
import type * as projects from '../../../src/features/projects/projects.contract.ts';
import type * as quotas from '../../../src/features/quotas/quotas.contract.ts';
import type * as repositories from '../../../src/features/repositories/repositories.contract.ts';
import type * as retention from '../../../src/features/retention/retention.contract.ts';
import type * as robots from '../../../src/features/robots/robots.contract.ts';
import type * as search from '../../../src/features/search/search.contract.ts';
import type * as sessions from '../../../src/features/sessions/sessions.contract.ts';
import type * as statistics from '../../../src/features/statistics/statistics.contract.ts';
import type * as system from '../../../src/features/system/system.contract.ts';
import type * as tagHistory from '../../../src/features/tag-history/tag-history.contract.ts';
import type * as tags from '../../../src/features/tags/tags.contract.ts';
import type * as users from '../../../src/features/users/users.contract.ts';
import type * as deliveries from '../../../src/features/webhooks/deliveries.contract.ts';
import type * as webhooks from '../../../src/features/webhooks/webhooks.contract.ts';

/** A contract's file is added here when a page first calls it. Nothing of it is bundled: these are types. */
type Contracts = typeof additions &
  typeof artifactChanges &
  typeof artifacts &
  typeof audit &
  typeof configuration &
  typeof deliveries &
  typeof foresight &
  typeof groups &
  typeof immutability &
  typeof labels &
  typeof bulk &
  typeof gc &
  typeof jobAdmin &
  typeof purge &
  typeof members &
  typeof internal &
  typeof overview &
  typeof preferences &
  typeof projects &
  typeof quotas &
  typeof repositories &
  typeof restore &
  typeof retention &
  typeof robots &
  typeof search &
  typeof sessions &
  typeof statistics &
  typeof system &
  typeof tagHistory &
  typeof tags &
  typeof users &
  typeof webhooks;

type Operations = {
  [E in Extract<Contracts[keyof Contracts], { operation: string }> as E['operation']]: E['options'];
};

/** `GET /projects/:project_name_or_id` and so on: what does not exist in a contract does not compile. */
export type Operation = keyof Operations;

interface Paging {
  readonly page?: number;
  readonly page_size?: number;
  readonly q?: string;
  readonly sort?: string;
}

type Shape<T> = T extends TSchema ? Static<T> : never;
type Query<O> = O extends { query: infer Q }
  ? Partial<Shape<Q>> & (O extends { list: true } ? Paging : unknown)
  : O extends { list: true }
    ? Paging
    : never;

/** What an operation is called with: parts that its contract does not have are refused. */
export type Given<P extends Operation> = (Operations[P] extends { params: infer T }
  ? { readonly params: Shape<T> }
  : { readonly params?: never }) &
  (Operations[P] extends { body: infer T } ? { readonly body: Shape<T> } : { readonly body?: never }) & {
    readonly query?: Query<Operations[P]>;
    readonly signal?: AbortSignal;
  };

/** One page of a list, with the number of all. */
export interface Listed<T> {
  readonly items: T;
  readonly total: number;
}

type Reply<P extends Operation> = Operations[P] extends { reply: infer T } ? Shape<T> : undefined;
export type Answer<P extends Operation> = Operations[P] extends { list: true } ? Listed<Reply<P>> : Reply<P>;
