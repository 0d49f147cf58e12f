import { filled, unsetDate } from '#src/http/shapes.ts';
import type { Execution, Task, WebhookDelivery, WebhookJob } from './deliveries.contract.ts';
import type { DeliveryRow, TaskRow } from './deliveries.store.ts';
import type { Delivery } from './redelivery.ts';
import { shownHeaders } from './sending.ts';

const timeOf = (time: Date | null): string => time?.toISOString() ?? unsetDate;

export function presentExecution(row: DeliveryRow): Execution {
  const { id, vendor_type, vendor_id, status, status_message, trigger, extra_attrs, tasks } = row;
  return filled({
    id,
    vendor_type,
    vendor_id,
    status,
    status_message,
    metrics: filled({
      task_count: Object.values(tasks).reduce((sum, count) => sum + count, 0),
      success_task_count: tasks['Success'] ?? 0,
      error_task_count: tasks['Error'] ?? 0,
      pending_task_count: tasks['Pending'] ?? 0,
      running_task_count: tasks['Running'] ?? 0,
      scheduled_task_count: tasks['Scheduled'] ?? 0,
      stopped_task_count: tasks['Stopped'] ?? 0,
    }),
    trigger,
    extra_attrs,
    start_time: row.start_time.toISOString(),
    end_time: timeOf(row.end_time),
  });
}

export function presentTask(row: TaskRow): Task {
  const { id, execution_id, status, status_message, attempt, extra_attrs } = row;
  return filled({
    id,
    execution_id,
    status,
    status_message,
    run_count: attempt,
    extra_attrs,
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
    start_time: timeOf(row.start_time),
    end_time: timeOf(row.end_time),
  });
}

/** Harbor's older form of an execution. */
export function presentJob(row: DeliveryRow): WebhookJob {
  const { id, vendor_id, vendor_type, status, extra_attrs } = row;
  const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    ...filled({
      id,
      policy_id: vendor_id,
      event_type: textOf(extra_attrs['event_type']),
      notify_type: vendor_type === 'SLACK' ? 'slack' : 'http',
      status,
      job_detail: textOf(extra_attrs['payload']),
    }),
    creation_time: row.start_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}

export function presentDelivery({ task, payload, target }: Delivery): WebhookDelivery {
  const { address, answer } = task.extra_attrs;
  const known = { auth_header: null, secret: null, ...target };
  const { delivery, event_type: eventType, content_type: contentType, body } = payload;
  return {
    task: presentTask(task),
    request: {
      method: 'POST',
      // Where it went; until it has been sent, where it would go.
      address: typeof address === 'string' ? address : (target?.address ?? ''),
      headers: shownHeaders({ delivery, eventType, contentType }, known),
      body,
    },
    ...(isAnswer(answer) && { answer }),
  };
}

const isAnswer = (value: unknown): value is NonNullable<WebhookDelivery['answer']> =>
  typeof value === 'object' && value !== null && 'milliseconds' in value;
