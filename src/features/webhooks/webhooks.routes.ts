import { eventTypes } from '#src/events/emit.ts';
import { taskLog } from '#src/features/executions/index.ts';
import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled, unsetDate } from '#src/http/shapes.ts';
import * as deliveryApi from './deliveries.contract.ts';
import { findTaskOf, listDeliveries, listTasksOf } from './deliveries.ts';
import { presentDelivery, presentExecution, presentJob, presentTask } from './present.ts';
import { getDelivery, redeliver } from './redelivery.ts';
import { mask, notifyTypes, payloadFormats } from './targets.ts';
import { presentTrial, Trials } from './trial.ts';
import * as api from './webhooks.contract.ts';
import type { TargetRow } from './webhooks.store.ts';
import * as webhooks from './webhooks.ts';

export function webhookRoutes(parts: webhooks.WebhookParts): readonly Route[] {
  return [...policyRoutes(parts), ...deliveryRoutes(parts, new Trials(parts))];
}

const policyRoutes = (parts: webhooks.WebhookParts): readonly Route[] => [
  route(api.ListWebhookPoliciesOfProject, async (ctx, { project, page }) => {
    const { policies, total } = await webhooks.listPolicies(ctx, project, page);
    return new Listed(policies.map(presentPolicy), total);
  }),

  route(api.CreateWebhookPolicyOfProject, async (ctx, { project, body, path }) =>
    created(`${path}/${await webhooks.createPolicy(ctx, parts, project, body)}`),
  ),

  route(api.GetWebhookPolicyOfProject, async (ctx, { project, params }) =>
    presentPolicy(await webhooks.getPolicy(ctx, project, params.webhook_policy_id)),
  ),

  route(api.UpdateWebhookPolicyOfProject, (ctx, { project, params, body }) =>
    webhooks.updatePolicy(ctx, parts, project, { id: params.webhook_policy_id, given: body }),
  ),

  route(api.DeleteWebhookPolicyOfProject, (ctx, { project, params }) =>
    webhooks.deletePolicy(ctx, project, params.webhook_policy_id),
  ),

  route(api.LastTrigger, async (ctx, { project }) =>
    (await webhooks.listLastTriggers(ctx, project)).map(presentLastTrigger),
  ),

  route(api.GetSupportedEventTypes, async () => ({
    event_type: [...eventTypes],
    notify_type: [...notifyTypes],
    payload_formats: [{ notify_type: 'http', formats: [...payloadFormats] }],
  })),
];

const deliveryRoutes = (parts: webhooks.WebhookParts, trials: Trials): readonly Route[] => [
  route(deliveryApi.ListExecutionsOfWebhookPolicy, async (ctx, { project, params, page }) => {
    const { rows, total } = await listDeliveries(ctx, project, params.webhook_policy_id, page);
    return new Listed(rows.map(presentExecution), total);
  }),

  route(deliveryApi.ListTasksOfWebhookExecution, async (ctx, { project, params, page }) => {
    const { rows, total } = await listTasksOf(ctx, project, params, page);
    return new Listed(rows.map(presentTask), total);
  }),

  route(deliveryApi.GetLogsOfWebhookTask, async (ctx, { project, params }) =>
    taskLog(ctx.db, await findTaskOf(ctx, project, params)),
  ),

  route(deliveryApi.GetDeliveryOfWebhookTask, async (ctx, { project, params }) =>
    presentDelivery(await getDelivery(ctx, project, params)),
  ),

  route(deliveryApi.RedeliverWebhookTask, async (ctx, { project, params, path }) => {
    const { execution, task } = await redeliver(ctx, parts, project, params);
    return created(path.replace(/\d+\/tasks\/\d+\/redeliver\/?$/, `${execution}/tasks/${task}`));
  }),

  route(deliveryApi.TestWebhookTarget, async (ctx, { project, body }) =>
    presentTrial(await trials.deliver(ctx, project, body)),
  ),

  route(deliveryApi.ListWebhookJobs, async (ctx, { project, query, page }) => {
    const { rows, total } = await listDeliveries(ctx, project, query.policy_id, page, query.status);
    return new Listed(rows.map(presentJob), total);
  }),
];

function presentPolicy(policy: webhooks.Policy): api.WebhookPolicy {
  const { id, name, description, project_id, creator, enabled, event_types, targets } = policy;
  return {
    ...filled({ id, name, description, project_id, creator }),
    targets: targets.map(presentTarget),
    event_types: [...event_types],
    creation_time: policy.creation_time.toISOString(),
    update_time: policy.update_time.toISOString(),
    enabled,
  };
}

function presentTarget(target: TargetRow): api.WebhookPolicy['targets'][number] {
  const { type, address, payload_format, skip_cert_verify, auth_header, secret } = target;
  return filled({
    type,
    address,
    auth_header: auth_header && mask,
    skip_cert_verify,
    payload_format,
    secret: secret && mask,
  });
}

function presentLastTrigger({ policy, event_type, time }: webhooks.LastTrigger): api.WebhookLastTrigger {
  return {
    ...filled({ policy_name: policy.name, event_type, enabled: policy.enabled }),
    creation_time: policy.creation_time.toISOString(),
    last_trigger_time: time?.toISOString() ?? unsetDate,
  };
}
