import type { EventType } from '#src/events/emit.ts';
import type { HeardEvent } from '#src/events/relay.ts';
import { isDigest } from '#src/oci/digest.ts';
import { sizeText } from '#src/oci/size.ts';
import type { TargetRow } from './webhooks.store.ts';

/** An event with what belongs to it now. */
export interface Told {
  readonly event: Pick<
    HeardEvent,
    'uuid' | 'event_type' | 'project_id' | 'occurred_at' | 'operator' | 'request_id' | 'data'
  >;
  readonly project: { readonly name: string; readonly public: boolean };
  /** Undefined once the repository is gone (Harbor leaves date_created out then). */
  readonly repositoryTime: Date | undefined;
  /** Of the registry, without a scheme. */
  readonly host: string;
}

export interface Message {
  readonly contentType: string;
  readonly body: string;
}

const cloudEventTypes: Readonly<Record<EventType, string>> = {
  PUSH_ARTIFACT: 'harbor.artifact.pushed',
  PULL_ARTIFACT: 'harbor.artifact.pulled',
  DELETE_ARTIFACT: 'harbor.artifact.deleted',
  QUOTA_EXCEED: 'harbor.quota.exceeded',
  QUOTA_WARNING: 'harbor.quota.warned',
  SCANNING_COMPLETED: 'harbor.scan.completed',
  SCANNING_FAILED: 'harbor.scan.failed',
  SCANNING_STOPPED: 'harbor.scan.stopped',
  REPLICATION: 'harbor.replication.status.changed',
  TAG_RETENTION: 'harbor.tag_retention.finished',
};

/** What this target is sent. Slack takes its own form only, so its hooks get that whatever their type says (an extension). */
export function messageFor(
  told: Told,
  target: Pick<TargetRow, 'policy_id' | 'type' | 'address' | 'payload_format'>,
): Message {
  if (target.type === 'slack' || isSlack(target.address)) return slackMessage(told);
  return target.payload_format === 'CloudEvents' ? cloudEvent(told, target.policy_id) : defaultPayload(told);
}

function isSlack(address: string): boolean {
  return /^https?:\/\/hooks\.slack(-gov)?\.com(:\d+)?(\/|$)/i.test(address);
}

const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000);

/** Harbor's own form (jobs.md section 8); members without content are left out. */
function defaultPayload(told: Told): Message {
  const { event } = told;
  const body = {
    type: event.event_type,
    occur_at: secondsOf(event.occurred_at),
    operator: event.operator,
    event_data: eventDataOf(told),
  };
  return { contentType: 'application/json', body: JSON.stringify(body) };
}

/** CloudEvents 1.0, structured mode. */
function cloudEvent(told: Told, policyId: number): Message {
  const { event } = told;
  const body = {
    specversion: '1.0',
    // One event keeps its id however often it is sent, so that receivers can tell repetitions.
    id: event.uuid,
    source: `/projects/${event.project_id}/webhook/policies/${policyId}`,
    type: cloudEventTypes[event.event_type],
    datacontenttype: 'application/json',
    time: event.occurred_at.toISOString().replace(/\.\d+Z$/, 'Z'),
    data: eventDataOf(told),
    ...present({ operator: event.operator, requestid: event.request_id }),
  };
  return { contentType: 'application/cloudevents+json', body: JSON.stringify(body) };
}

/** Slack refuses a section of more than 3,000 characters. */
const longestSection = 2_900;

/** One Block Kit message, with Harbor's sections. */
function slackMessage(told: Told): Message {
  const { event } = told;
  const time = secondsOf(event.occurred_at);
  const data = JSON.stringify(eventDataOf(told), null, '\t');
  const sections = [
    '*Harbor webhook events*',
    `*event_type:* ${event.event_type}`,
    `*occur_at:* <!date^${time}^{date} at {time}|${event.occurred_at.toISOString()}>`,
    `*operator:* ${escaped(event.operator)}`,
    '*event_data:*',
    `\`\`\`${escaped(data).slice(0, longestSection)}\`\`\``,
  ];
  const blocks = sections.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } }));
  return { contentType: 'application/json', body: JSON.stringify({ blocks }) };
}

/** Slack's own three: what a pusher writes must not become a link or mention everybody. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('```', "'''");
}

function eventDataOf({ event, project, repositoryTime, host }: Told): Record<string, unknown> {
  const { repository, resources, quota, details, retention } = event.data;
  const text =
    quota === undefined
      ? details
      : `quota usage reach 85%: resource storage used ${sizeText(quota.used)} of ${sizeText(quota.hard)}`;
  return present({
    resources: resources?.map(({ digest, tag }) => ({
      digest,
      tag,
      // Harbor: not in the events about quotas.
      ...(text === undefined && {
        resource_url: `${host}/${repository ?? ''}${isDigest(tag) ? '@' : ':'}${tag}`,
      }),
    })),
    repository: repository && {
      ...(repositoryTime && { date_created: secondsOf(repositoryTime) }),
      name: repository.slice(repository.indexOf('/') + 1),
      namespace: project.name,
      repo_full_name: repository,
      repo_type: project.public ? 'public' : 'private',
    },
    retention,
    custom_attributes: text === undefined ? undefined : { Details: text },
  });
}

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
  );
}
