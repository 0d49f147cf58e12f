import type { TxContext } from '#src/context.ts';
import { emit } from '#src/events/emit.ts';
import type { JobRun } from '#src/jobs/job.ts';
import { nameWithinProject } from '#src/oci/selector.ts';
import * as store from './finish.store.ts';
import type { PolicyRow } from './retention.store.ts';

/** What ledger and audit log say of everything that a policy deleted. */
export const reasonOf = ({ id }: Pick<PolicyRow, 'id'>): string => `retention policy ${id}: no rule keeps it`;

interface Outcome {
  readonly total: number;
  readonly retained: number;
  readonly ending: store.Ending;
  readonly dryRun: boolean;
  /** Of the registry, as people reach it. */
  readonly host: string;
}

/** Deleted artifacts that the event names. */
const mostNamed = 100;

/**
 * Writes a task's result; the last task of an execution tells that it has ended, and how. Harbor: nobody is told of a
 * dry run.
 */
export async function finish(
  run: JobRun,
  policy: PolicyRow,
  { total, retained, ending, dryRun, host }: Outcome,
): Promise<void> {
  await run.transaction(async (ctx) => {
    const others = await store.finishTask(ctx.db, run, { total, retained, ending });
    if (others === 0 && !dryRun) await tell(ctx, run.executionId, policy, host);
  });
}

async function tell(ctx: TxContext, executionId: number, policy: PolicyRow, host: string): Promise<void> {
  const { ending, ...counts } = await store.sumTasks(ctx.db, executionId);
  const gone = await store.listDeleted(ctx.db, executionId, reasonOf(policy), mostNamed);
  const names = gone.flatMap(({ repository, digest, tags }) => {
    const name = nameWithinProject(repository);
    return tags.length === 0 ? [`${name}@${digest}`] : tags.map((tag) => `${name}:${tag}`);
  });
  await emit(ctx, {
    projectId: policy.project_id,
    type: 'TAG_RETENTION',
    data: {
      retention: {
        ...counts,
        harbor_hostname: host,
        project_name: policy.project_name,
        retention_policy_id: policy.id,
        retention_rule: policy.rules.map(({ template, params, tag_selectors, scope_selectors }) => ({
          template,
          params,
          tag_selectors,
          scope_selectors,
        })),
        result: ending.toUpperCase(),
        // Harbor: left out when empty.
        ...(names.length > 0 && {
          deleted_artifact: names
            .slice(0, mostNamed)
            .map((name_tag) => ({ type: 'image', status: 'success', name_tag })),
        }),
      },
    },
  });
}
