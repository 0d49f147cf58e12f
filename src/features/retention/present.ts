import { filled } from '#src/http/shapes.ts';
import type { Schedule } from '#src/jobs/schedules.ts';
import type { RepositoryPreview } from './preview.ts';
import type * as api from './retention.contract.ts';
import type { ExecutionRow, PolicyRow, TaskRow } from './retention.store.ts';
import type { RetentionRule } from './rules.ts';

/** Harbor: the next time stands beside the cron, and the scope is always that of a project. */
export function presentPolicy(policy: PolicyRow, schedule: Schedule | undefined): api.RetentionPolicy {
  return {
    id: policy.id,
    algorithm: policy.algorithm,
    rules: policy.rules.map(presentRule),
    trigger: {
      kind: 'Schedule',
      settings: {
        cron: policy.cron,
        ...(schedule && { next_scheduled_time: schedule.next_time.toISOString() }),
      },
      references: {},
    },
    scope: { level: 'project', ref: policy.project_id },
  };
}

function presentRule(rule: RetentionRule): api.RetentionRule {
  const { id, priority, disabled, template, params, tag_selectors, scope_selectors } = rule;
  return {
    ...filled({ id, priority, disabled }),
    action: 'retain',
    template,
    ...(Object.keys(params).length > 0 && { params: { ...params } }),
    tag_selectors: tag_selectors.map((selector) => filled(selector)),
    scope_selectors: { repository: scope_selectors.repository.map((selector) => ({ ...selector })) },
  };
}

export function presentRun(row: ExecutionRow): api.RetentionExecution {
  return filled({
    id: row.id,
    policy_id: row.vendor_id,
    start_time: row.start_time.toISOString(),
    end_time: row.end_time?.toISOString(),
    status: row.status,
    trigger: row.trigger,
    dry_run: row.extra_attrs['dry_run'] === true,
  });
}

/** Harbor's numbers of the states. */
const codes: Readonly<Record<string, number>> = { Pending: 0, Scheduled: 1, Running: 2 };
const ended = 3;

export function presentTask(row: TaskRow): api.RetentionExecutionTask {
  const { id, execution_id, status, extra_attrs, start_time, end_time, attempt } = row;
  const number = (key: string) => (typeof extra_attrs[key] === 'number' ? extra_attrs[key] : 0);
  return {
    ...filled({ id, execution_id, job_id: String(id) }),
    ...(typeof extra_attrs['repository'] === 'string' && { repository: extra_attrs['repository'] }),
    ...filled({ status, status_revision: attempt }),
    ...filled({ start_time: start_time?.toISOString(), end_time: end_time?.toISOString() }),
    status_code: codes[status] ?? ended,
    total: number('total'),
    retained: number('retained'),
  };
}

const mostTags = 100;

export function presentPreview({ artifacts, ...counts }: RepositoryPreview): api.RetentionPreview {
  return {
    ...counts,
    artifacts: artifacts.map(({ node, verdict }) => ({
      digest: node.digest,
      tags: node.tags.slice(0, mostTags),
      tag_count: node.tags.length,
      push_time: new Date(node.pushed).toISOString(),
      ...(node.pulled !== undefined && { pull_time: new Date(node.pulled).toISOString() }),
      retained: verdict !== undefined,
      ...(verdict && { retained_by: verdict.by }),
      ...(verdict?.by === 'rule' && { rule: verdict.rule }),
      reason: verdict?.text ?? 'no rule keeps it',
    })),
  };
}
