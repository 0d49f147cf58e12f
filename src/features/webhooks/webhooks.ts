import { nameOf } from '#src/access/authorize.ts';
import { type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import type { Outgoing } from '#src/outgoing/outgoing.ts';
import { type CheckedPolicy, checkedPolicy, type GivenPolicy, targetRows } from './targets.ts';
import * as store from './webhooks.store.ts';

export interface WebhookParts {
  readonly outgoing: Outgoing;
  readonly secretKey: Uint8Array;
  /** Under which clients reach the registry: `registry.example.com:8443`. */
  readonly host: string;
  readonly webhookAttempts: number;
  readonly webhookTimeoutSeconds: number;
}

export interface Policy extends store.PolicyRow {
  readonly targets: readonly store.TargetRow[];
}

export async function listPolicies(
  ctx: Context,
  project: GuardedProject,
  page: Page,
): Promise<{ policies: Policy[]; total: number }> {
  const { rows, total } = await store.listPolicies(ctx.db, project.id, parseQuery(page.q), page);
  const targets = await store.listTargets(
    ctx.db,
    rows.map(({ id }) => id),
  );
  const policies = rows.map((row) => ({
    ...row,
    targets: targets.filter(({ policy_id }) => policy_id === row.id),
  }));
  return { policies, total };
}

export async function getPolicy(ctx: Context, project: GuardedProject, id: number): Promise<Policy> {
  const policy = await store.findPolicy(ctx.db, project.id, id);
  if (policy === undefined) throw notFound(id);
  return { ...policy, targets: await store.listTargets(ctx.db, [id]) };
}

/** The same for one that does not exist and for another project's (S-013). */
export const notFound = (id: number) => new Failure('NOT_FOUND', `notificationPolicy ${id} not found`);

const taken = (name: string, cause?: unknown) =>
  new Failure('CONFLICT', `notification policy named ${name} already exists`, { cause });

export async function createPolicy(
  ctx: Context,
  parts: WebhookParts,
  project: GuardedProject,
  given: GivenPolicy,
): Promise<number> {
  const { targets, ...policy } = await checked(parts, given);
  try {
    return await inTransaction(ctx, async (ctx) => {
      const inserted = await store.insertPolicy(ctx.db, {
        ...policy,
        project_id: project.id,
        creator: nameOf(ctx.who),
      });
      if (inserted === undefined) throw taken(policy.name);
      await store.setTargets(ctx.db, inserted.id, targetRows(parts.secretKey, targets, []));
      await recordPolicy(ctx, project, 'create', { ...policy, targets });
      return inserted.id;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    throw new Failure('NOT_FOUND', `project ${project.name} was deleted at this moment`, { cause: error });
  }
}

/** Replaces the policy as a whole, as Harbor does; what it says of secrets is in targetRows. */
export async function updatePolicy(
  ctx: Context,
  parts: WebhookParts,
  project: GuardedProject,
  { id, given }: { id: number; given: GivenPolicy },
): Promise<void> {
  // First, so that who may not know of the policy does not learn of it by what is wrong with the body (R1).
  await getPolicy(ctx, project, id);
  const { targets, ...policy } = await checked(parts, given);
  try {
    await inTransaction(ctx, async (ctx) => {
      if ((await store.lockPolicy(ctx.db, project.id, id)) === undefined) throw notFound(id);
      const before = await store.listTargets(ctx.db, [id]);
      await store.updatePolicy(ctx.db, id, policy);
      await store.setTargets(ctx.db, id, targetRows(parts.secretKey, targets, before));
      await recordPolicy(ctx, project, 'update', { ...policy, targets });
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505') throw taken(policy.name, error);
    throw error;
  }
}

/** What waits to be delivered goes with it. */
export async function deletePolicy(ctx: Context, project: GuardedProject, id: number): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const policy = await store.removePolicy(ctx.db, project.id, id);
    if (policy === undefined) throw notFound(id);
    await recordPolicy(ctx, project, 'delete', policy);
  });
}

async function checked({ outgoing }: WebhookParts, given: GivenPolicy): Promise<CheckedPolicy> {
  const policy = checkedPolicy(given);
  await Promise.all(policy.targets.map(({ address }) => outgoing.checkAddress(address)));
  return policy;
}

/** Of an address only where it leads: with some services the rest of it is a secret. */
function recordPolicy(
  ctx: TxContext,
  project: GuardedProject,
  operation: 'create' | 'update' | 'delete',
  policy: {
    readonly name: string;
    readonly enabled: boolean;
    readonly event_types: readonly string[];
    readonly targets?: readonly { readonly address: string }[];
  },
): Promise<void> {
  const { enabled, event_types, targets } = policy;
  const detail = {
    enabled,
    event_types,
    ...(targets && { targets: targets.map(({ address }) => new URL(address).origin) }),
  };
  const resource = `${project.name}/${policy.name}`;
  return record(ctx, { operation, resource_type: 'webhook', resource, project_id: project.id, detail });
}

export interface LastTrigger {
  readonly policy: store.PolicyRow;
  readonly event_type: string;
  readonly time: Date | undefined;
}

/** Every kind of event of every policy, and when it was last told. */
export async function listLastTriggers(ctx: Context, project: GuardedProject): Promise<LastTrigger[]> {
  const all = { number: 1, size: 0, q: undefined, sort: undefined };
  const { rows } = await store.listPolicies(ctx.db, project.id, new Map(), all);
  const triggered = await store.listLastTriggers(
    ctx.db,
    rows.map(({ id }) => id),
  );
  const times = new Map(triggered.map((one) => [`${one.policy_id} ${one.event_type}`, one.time]));
  return rows.flatMap((policy) =>
    policy.event_types.map((event_type) => ({
      policy,
      event_type,
      time: times.get(`${policy.id} ${event_type}`),
    })),
  );
}
