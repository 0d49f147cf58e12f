import type { WebhookPolicy } from '../../../../src/features/webhooks/webhooks.contract.ts';

/** What the server shows instead of a secret, and takes as "as it is". */
export const mask = '*****';

export interface WebhookDraft {
  readonly name: string;
  readonly description: string;
  readonly type: 'http' | 'slack';
  readonly format: string;
  readonly address: string;
  readonly authHeader: string;
  readonly secret: string;
  readonly verify: boolean;
  readonly events: readonly string[];
}

export const newWebhook: WebhookDraft = {
  name: '',
  description: '',
  type: 'http',
  format: 'Default',
  address: '',
  authHeader: '',
  secret: '',
  verify: true,
  events: ['PUSH_ARTIFACT'],
};

export function draftOf({ name = '', description = '', targets, event_types }: WebhookPolicy): WebhookDraft {
  const [target] = targets;
  return {
    name,
    description,
    type: target?.type === 'slack' ? 'slack' : 'http',
    format: target?.payload_format ?? 'Default',
    address: target?.address ?? '',
    authHeader: target?.auth_header ?? '',
    secret: target?.secret ?? '',
    verify: target?.skip_cert_verify !== true,
    events: event_types,
  };
}

export const targetOf = ({ type, format, address, authHeader, secret, verify }: WebhookDraft) => ({
  type,
  address: address.trim(),
  auth_header: authHeader,
  secret,
  skip_cert_verify: !verify,
  ...(type === 'http' ? { payload_format: format } : {}),
});

/** The whole policy. Further targets, which only the API can make, stay as they are. */
export function bodyOf(draft: WebhookDraft, before: WebhookPolicy | undefined) {
  return {
    name: draft.name.trim(),
    description: draft.description,
    enabled: before?.enabled ?? true,
    event_types: [...draft.events],
    targets: [targetOf(draft), ...(before?.targets.slice(1) ?? [])],
  };
}

/** Secrets never move to another address: the server drops them, so they are asked for again. */
export function losesSecrets(draft: WebhookDraft, before: WebhookPolicy | undefined): boolean {
  const kept = draft.authHeader === mask || draft.secret === mask;
  return kept && draft.address.trim() !== before?.targets[0]?.address;
}

const groups = {
  artifacts: ['PUSH_ARTIFACT', 'PULL_ARTIFACT', 'DELETE_ARTIFACT'],
  project: ['QUOTA_WARNING', 'QUOTA_EXCEED', 'TAG_RETENTION'],
  later: ['SCANNING_COMPLETED', 'SCANNING_FAILED', 'SCANNING_STOPPED', 'REPLICATION'],
} as const;

export type EventGroup = keyof typeof groups | 'others';
export type KnownEvent = (typeof groups)[keyof typeof groups][number];

const known: readonly string[] = Object.values(groups).flat();

export const isKnown = (event: string): event is KnownEvent => known.includes(event);

/** Those that the server knows, by what they are about. */
export function grouped(events: readonly string[]): { group: EventGroup; events: string[] }[] {
  const all: [EventGroup, readonly string[]][] = [
    ['artifacts', groups.artifacts],
    ['project', groups.project],
    ['later', groups.later],
    ['others', events.filter((event) => !isKnown(event))],
  ];
  return all
    .map(([group, names]) => ({ group, events: names.filter((name) => events.includes(name)) }))
    .filter((one) => one.events.length > 0);
}

/** Bodies are JSON, which reads better with line breaks; anything else stays as it is. */
export function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** Of `extra_attrs`, which may hold anything. */
export function textOf(attributes: Readonly<Record<string, unknown>> | undefined, name: string): string {
  const value = attributes?.[name];
  return typeof value === 'string' ? value : '';
}
