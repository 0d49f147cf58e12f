import { filled, unsetDate } from '#src/http/shapes.ts';
import type { Schedule } from '#src/jobs/schedules.ts';
import type { History } from './executions.contract.ts';
import type { ExecutionRow } from './executions.store.ts';

/** Harbor: `job_kind` and the schedule's type are the trigger in title case. */
export function presentRun(row: ExecutionRow): History {
  const kind = row.trigger.slice(0, 1) + row.trigger.slice(1).toLowerCase();
  return {
    ...filled({
      id: row.id,
      job_name: row.vendor_type,
      job_kind: kind,
      job_parameters: JSON.stringify({ ...row.extra_attrs, ...row.result }),
      job_status: row.status,
    }),
    schedule: { type: kind, next_scheduled_time: unsetDate },
    creation_time: row.start_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}

export function presentSchedule(schedule: Schedule): History {
  const { id, cron, cron_type, payload, next_time } = schedule;
  return {
    ...filled({ id, job_kind: cron, job_parameters: JSON.stringify(payload) }),
    schedule: { ...filled({ type: cron_type, cron }), next_scheduled_time: next_time.toISOString() },
    creation_time: schedule.creation_time.toISOString(),
    update_time: schedule.update_time.toISOString(),
  };
}
