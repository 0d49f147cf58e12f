import type { ColumnType, Generated } from 'kysely';

/** The tables of events and of webhooks. */
export interface WebhookTables {
  event_subscription: SubscriptionTable;
  event: EventTable;
  quota_warning: { project_id: number; creation_time: Generated<Date> };
  webhook_policy: WebhookPolicyTable;
  webhook_target: WebhookTargetTable;
}

interface SubscriptionTable {
  project_id: number;
  event_type: string;
  listener: 'webhook';
  listener_id: number;
}

interface EventTable {
  id: Generated<number>;
  uuid: Generated<string>;
  listener: string;
  /** Who listened when it happened. */
  listener_ids: number[];
  project_id: number;
  event_type: string;
  occurred_at: Generated<Date>;
  operator: string;
  request_id: string;
  data: ColumnType<unknown, string, string>;
  failures: Generated<number>;
  due_at: Generated<Date>;
}

interface WebhookPolicyTable {
  id: Generated<number>;
  project_id: number;
  name: string;
  description: string;
  enabled: boolean;
  event_types: string[];
  creator: string;
  creation_time: Generated<Date>;
  update_time: Generated<Date>;
}

interface WebhookTargetTable {
  id: string;
  policy_id: number;
  position: number;
  type: 'http' | 'slack';
  address: string;
  payload_format: 'Default' | 'CloudEvents' | null;
  skip_cert_verify: boolean;
  /** Sealed. */
  auth_header: string | null;
  /** Sealed. */
  secret: string | null;
  failures: Generated<number>;
  failing_since: Generated<Date | null>;
  paused_until: Generated<Date | null>;
}
