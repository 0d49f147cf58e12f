import { mayInProject, nameOf } from '#src/access/authorize.ts';
import type { ProjectPermission } from '#src/access/permissions.ts';
import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import { findVisibility } from '#src/features/projects/index.ts';
import { checkedCron } from '#src/jobs/cron.ts';
import { findSchedule, removeSchedule, type Schedule, setSchedule } from '#src/jobs/schedules.ts';
import { quote } from '#src/oci/quote.ts';
import { checkedRules, type GivenRule, type RetentionRule } from './rules.ts';
import * as store from './retention.store.ts';
import type { PolicyRow } from './retention.store.ts';

export const vendorType = 'RETENTION';

type Given<T> = T | null | undefined;

export interface GivenPolicy {
  readonly algorithm?: Given<string>;
  readonly rules?: Given<readonly GivenRule[]>;
  readonly trigger?: Given<{
    readonly kind?: Given<string>;
    readonly settings?: Given<Readonly<Record<string, unknown>>>;
  }>;
  readonly scope?: Given<{ readonly level?: Given<string>; readonly ref?: Given<number> }>;
}

interface CheckedPolicy {
  readonly algorithm: string;
  readonly rules: readonly RetentionRule[];
  readonly cron: string;
}

type Action = 'read' | 'list' | 'create' | 'update' | 'delete';

/** Policy, schedule and the project's mark commit together with the audit entry. Returns the new id. */
export async function createPolicy(ctx: Context, given: GivenPolicy): Promise<number> {
  const project = await projectFor(ctx, given);
  const policy = checkedPolicy(given);
  try {
    return await inTransaction(ctx, async (ctx) => {
      const id = await store.insertPolicy(ctx.db, project.id, contentOf(policy));
      if (id === undefined) throw await second(ctx, project.id);
      await store.noteInProject(ctx.db, project.id, id);
      await schedule(ctx, id, policy.cron);
      await recordPolicy(ctx, 'create', { id, project_id: project.id, project_name: project.name }, policy);
      await announce(ctx, `project:${project.name}`);
      return id;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    throw new Failure('BAD_REQUEST', `invalid Project id ${project.id}`, { cause: error });
  }
}

async function second(ctx: TxContext, projectId: number): Promise<Failure> {
  const existing = await store.findPolicyId(ctx.db, projectId);
  return new Failure('BAD_REQUEST', `project ${projectId} already has retention policy ${existing ?? ''}`);
}

const contentOf = ({ algorithm, rules, cron }: CheckedPolicy) => ({
  algorithm,
  rules: JSON.stringify(rules),
  cron,
});

/** Everybody who asks is told first whether they may, so that nobody learns which projects there are (S-010). */
export async function projectFor(
  ctx: Context,
  { scope }: GivenPolicy,
): Promise<{ id: number; name: string }> {
  if (ctx.who.kind === 'anonymous') throw denied(ctx, 'create');
  if (!scope) return theOnlyProject(ctx);
  if (scope.level !== 'project') {
    throw new Failure(
      'BAD_REQUEST',
      `scope ${quote(scope.level ?? '')} is not support: the level is project`,
    );
  }
  const id = scope.ref ?? 0;
  const invalid = () => new Failure('BAD_REQUEST', `invalid Project id ${id}`);
  if (id <= 0) throw invalid();
  const project = await findVisibility(ctx.db, id);
  if (!project && ctx.who.kind === 'user' && ctx.who.sysadmin) throw invalid();
  if (!mayInProject(ctx.who, project ?? { id, public: false }, 'tag-retention:create')) {
    throw denied(ctx, 'create');
  }
  const named = project && (await store.findName(ctx.db, id));
  if (named === undefined) throw invalid();
  return { id, name: named };
}

/**
 * Harbor fails with 500 without a scope. Guides leave it out where only one project can be meant (docs/compatibility.md):
 * the only one without a policy that the caller may give one, or the only one of those that holds anything.
 */
async function theOnlyProject(ctx: Context): Promise<{ id: number; name: string }> {
  const { who } = ctx;
  const all = who.kind === 'robot' || (who.kind === 'user' && who.sysadmin);
  const candidates = await store.listWithoutPolicy(
    ctx.db,
    all ? 'all' : who.kind === 'user' ? [...who.roles.keys()] : [],
    1_000,
  );
  const mine = candidates.filter((project) => mayInProject(who, project, 'tag-retention:create'));
  const [first, ...others] = mine.length > 1 ? mine.filter(({ filled }) => filled) : mine;
  if (first !== undefined && others.length === 0) return first;
  throw new Failure(
    'BAD_REQUEST',
    'the policy has no scope, and more or less than one project could be meant: send "scope": {"level": "project", "ref": ID OF THE PROJECT}',
  );
}

export function checkedPolicy(given: GivenPolicy): CheckedPolicy {
  if (given.algorithm && given.algorithm !== 'or') {
    throw new Failure('BAD_REQUEST', `algorithm should be or, but got: ${quote(given.algorithm)}`);
  }
  const rules = checkedRules(given.rules ?? []);
  const kind = given.trigger?.kind;
  if (kind && kind !== 'Schedule') {
    throw new Failure('BAD_REQUEST', `trigger.kind should be Schedule, but got: ${quote(kind)}`);
  }
  const cron = given.trigger?.settings?.['cron'] ?? '';
  if (typeof cron !== 'string') {
    throw new Failure('BAD_REQUEST', 'trigger.settings.cron should be a text such as "0 0 0 * * *"');
  }
  return { algorithm: 'or', rules, cron: cron.trim() === '' ? '' : checkedCron(cron) };
}

async function schedule(ctx: TxContext, id: number, cron: string): Promise<void> {
  if (cron === '') await removeSchedule(ctx, vendorType, id);
  else await setSchedule(ctx, { vendorType, vendorId: id, cronType: 'Custom', cron });
}

export async function getPolicy(
  ctx: Context,
  id: number,
): Promise<{ policy: PolicyRow; schedule: Schedule | undefined }> {
  const policy = await permitted(ctx, id, 'read');
  return { policy, schedule: await findSchedule(ctx.db, vendorType, id) };
}

/** The project stays what it is, whatever the body says (S-019). */
export async function updatePolicy(ctx: Context, id: number, given: GivenPolicy): Promise<void> {
  const before = await permitted(ctx, id, 'update');
  const { scope } = given;
  if (scope && (scope.level !== 'project' || scope.ref !== before.project_id)) {
    throw new Failure(
      'BAD_REQUEST',
      `scope is that of the policy: {"level": "project", "ref": ${before.project_id}}; a policy of another project is made with POST`,
    );
  }
  const policy = checkedPolicy(given);
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.updatePolicy(ctx.db, id, contentOf(policy)))) throw unknown(id);
    await schedule(ctx, id, policy.cron);
    await recordPolicy(ctx, 'update', before, {
      from: { rules: before.rules, cron: before.cron },
      to: { rules: policy.rules, cron: policy.cron },
    });
  });
}

/** Runs under way end without deleting anything more; the history goes too (Harbor). */
export async function deletePolicy(ctx: Context, id: number): Promise<void> {
  const policy = await permitted(ctx, id, 'delete');
  await inTransaction(ctx, async (ctx) => {
    if (!(await store.removePolicy(ctx.db, id))) throw unknown(id);
    await store.noteInProject(ctx.db, policy.project_id, undefined);
    await recordPolicy(ctx, 'delete', policy, { rules: policy.rules, cron: policy.cron });
    await announce(ctx, `project:${policy.project_name}`);
  });
}

const unknown = (id: number) => new Failure('NOT_FOUND', `the retention policy ${id} not found`);

/** The policy behind an id, judged by its own project; whoever may not read it is told that there is none (R1). */
export async function permitted(ctx: Context, id: number, action: Action): Promise<PolicyRow> {
  if (ctx.who.kind === 'anonymous') throw denied(ctx, action);
  const policy = await store.findPolicy(ctx.db, id);
  const may = (permission: ProjectPermission) =>
    policy !== undefined &&
    mayInProject(ctx.who, { id: policy.project_id, public: policy.public }, permission);
  if (policy && may(`tag-retention:${action}`)) return policy;
  if (may('tag-retention:read')) throw denied(ctx, action);
  throw unknown(id);
}

function denied(ctx: Context, action: Action): Failure {
  if (ctx.who.kind === 'anonymous') return new Failure('UNAUTHORIZED', 'unauthorized');
  return new Failure('FORBIDDEN', `forbidden: ${nameOf(ctx.who)} may not tag-retention:${action} here`);
}

function recordPolicy(
  ctx: TxContext,
  operation: 'create' | 'update' | 'delete',
  { id, project_id, project_name }: Pick<PolicyRow, 'id' | 'project_id' | 'project_name'>,
  detail: object,
): Promise<void> {
  return record(ctx, {
    operation,
    resource_type: 'retention_policy',
    resource: project_name,
    project_id,
    detail: { id, ...detail },
  });
}
