import type { TxContext } from '#src/context.ts';
import type { HeardEvent, Listener } from '#src/events/relay.ts';
import { enqueue, startExecution } from '#src/jobs/executions.ts';
import {
  type ListeningTarget,
  laneOf,
  listListening,
  listProjects,
  listRepositoryTimes,
} from './delivery.store.ts';
import { jobsOf } from './delivery.ts';
import { messageFor, type Told } from './payload.ts';
import type { WebhookParts } from './webhooks.ts';

/**
 * Makes deliveries of events: one execution for each event and policy, one task for each of its targets. Whether the
 * policy listened was decided when it happened; one that is gone or switched off by now hears nothing more.
 */
export function announceEvents(parts: WebhookParts): Listener {
  return async (ctx, events) => {
    if (!ctx.live.get('notification_enable')) return;
    const targets = await listListening(ctx.db, [...new Set(events.flatMap((event) => event.listener_ids))]);
    if (targets.length === 0) return;
    const told = await surroundings(ctx, parts, events);
    for (const event of events) {
      const one = told(event);
      if (one === undefined) continue;
      for (const policyId of event.listener_ids) {
        const own = targets.filter(({ policy_id }) => policy_id === policyId);
        if (own.length > 0) await tell(ctx, parts, one, own);
      }
    }
  };
}

async function surroundings(
  ctx: TxContext,
  { host }: WebhookParts,
  events: readonly HeardEvent[],
): Promise<(event: HeardEvent) => Told | undefined> {
  const projects = await listProjects(ctx.db, [...new Set(events.map(({ project_id }) => project_id))]);
  const names = new Set(events.flatMap(({ data }) => data.repository ?? []));
  const times = await listRepositoryTimes(ctx.db, [...names]);
  return (event) => {
    const project = projects.find(({ project_id }) => project_id === event.project_id);
    if (project === undefined) return undefined;
    const repository = times.find(({ name }) => name === event.data.repository);
    return { event, project, repositoryTime: repository?.creation_time, host };
  };
}

async function tell(
  ctx: TxContext,
  parts: WebhookParts,
  told: Told,
  targets: readonly ListeningTarget[],
): Promise<void> {
  const [first] = targets;
  if (first === undefined) return;
  const { event } = told;
  const executionId = await startExecution(ctx, {
    vendorType: first.type === 'slack' ? 'SLACK' : 'WEBHOOK',
    vendorId: first.policy_id,
    trigger: 'EVENT',
    attributes: { event_type: event.event_type, payload: messageFor(told, first).body },
  });
  const jobs = jobsOf(parts);
  for (const target of targets) {
    const { contentType, body } = messageFor(told, target);
    const payload = {
      target_id: target.id,
      delivery: event.uuid,
      event_type: event.event_type,
      content_type: contentType,
      body,
    };
    await enqueue(ctx, jobs[target.type], payload, {
      executionId,
      lane: laneOf(target.id),
      delay: target.pause,
      attributes: { event_type: event.event_type },
    });
  }
}
