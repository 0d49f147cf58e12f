import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, ProjectParams, RowId } from '#src/http/shapes.ts';

const WebhookTargetObject = Type.Object({
  type: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  /** Stars where one is set: it is never shown. */
  auth_header: Type.Optional(Type.String()),
  skip_cert_verify: Type.Optional(Type.Boolean()),
  payload_format: Type.Optional(Type.String()),
  /** Extension: signs deliveries; stars where one is set. */
  secret: Type.Optional(Type.String()),
});

export const WebhookPolicy = Type.Object({
  id: Type.Optional(Type.Integer()),
  name: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  project_id: Type.Optional(Type.Integer()),
  targets: Type.Array(WebhookTargetObject),
  event_types: Type.Array(Type.String()),
  creator: Type.Optional(Type.String()),
  creation_time: DateTime(),
  update_time: DateTime(),
  enabled: Type.Boolean(),
});
export type WebhookPolicy = Static<typeof WebhookPolicy>;

const text = (maxLength: number) => Maybe(Type.String({ maxLength }));

export const GivenTarget = Type.Object({
  type: text(64),
  address: text(2_048),
  auth_header: text(4_096),
  skip_cert_verify: Maybe(Type.Boolean()),
  payload_format: text(64),
  secret: text(1_024),
});

const GivenPolicy = Type.Object({
  // What clients send back as they read it; the path and the session count.
  id: Maybe(Type.Integer()),
  project_id: Maybe(Type.Integer()),
  creator: text(255),
  creation_time: text(64),
  update_time: text(64),
  name: text(256),
  description: text(1_024),
  targets: Maybe(Type.Array(GivenTarget, { maxItems: 20 })),
  event_types: Maybe(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 100 })),
  enabled: Maybe(Type.Boolean()),
});

const SupportedWebhookEventTypes = Type.Object({
  event_type: Type.Array(Type.String()),
  notify_type: Type.Array(Type.String()),
  payload_formats: Type.Array(
    Type.Object({ notify_type: Type.Optional(Type.String()), formats: Type.Array(Type.String()) }),
  ),
});

const WebhookLastTrigger = Type.Object({
  policy_name: Type.Optional(Type.String()),
  event_type: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
  creation_time: DateTime(),
  last_trigger_time: DateTime(),
});
export type WebhookLastTrigger = Static<typeof WebhookLastTrigger>;

const tag = 'webhook';
const path = '/projects/:project_name_or_id/webhook';
const read = { project: 'notification-policy:read' } as const;
const PolicyParams = Type.Object({ ...ProjectParams.properties, webhook_policy_id: RowId() });

export const ListWebhookPoliciesOfProject = endpoint(`GET ${path}/policies`, {
  id: 'ListWebhookPoliciesOfProject',
  tag,
  guard: { project: 'notification-policy:list' },
  params: ProjectParams,
  list: true,
  reply: Type.Array(WebhookPolicy),
});

export const CreateWebhookPolicyOfProject = endpoint(`POST ${path}/policies`, {
  id: 'CreateWebhookPolicyOfProject',
  tag,
  guard: { project: 'notification-policy:create' },
  params: ProjectParams,
  body: GivenPolicy,
  status: 201,
  failures: [409],
});

export const GetWebhookPolicyOfProject = endpoint(`GET ${path}/policies/:webhook_policy_id`, {
  id: 'GetWebhookPolicyOfProject',
  tag,
  guard: read,
  params: PolicyParams,
  reply: WebhookPolicy,
});

export const UpdateWebhookPolicyOfProject = endpoint(`PUT ${path}/policies/:webhook_policy_id`, {
  id: 'UpdateWebhookPolicyOfProject',
  tag,
  guard: { project: 'notification-policy:update' },
  params: PolicyParams,
  body: GivenPolicy,
  failures: [409],
});

export const DeleteWebhookPolicyOfProject = endpoint(`DELETE ${path}/policies/:webhook_policy_id`, {
  id: 'DeleteWebhookPolicyOfProject',
  tag,
  guard: { project: 'notification-policy:delete' },
  params: PolicyParams,
});

export const LastTrigger = endpoint(`GET ${path}/lasttrigger`, {
  id: 'LastTrigger',
  tag,
  guard: read,
  params: ProjectParams,
  reply: Type.Array(WebhookLastTrigger),
});

export const GetSupportedEventTypes = endpoint(`GET ${path}/events`, {
  id: 'GetSupportedEventTypes',
  tag,
  guard: read,
  params: ProjectParams,
  reply: SupportedWebhookEventTypes,
});
