import { randomUUID } from 'node:crypto';
import type { EventData, EventType } from '#src/events/emit.ts';
import type { Told } from './payload.ts';

const digest = `sha256:${'0'.repeat(64)}`;

/** An event of this kind as it would be told, about something that is not there. */
export function sampleOf(
  type: EventType,
  {
    project,
    host,
    operator,
  }: {
    project: { readonly id: number; readonly name: string; readonly public: boolean };
    host: string;
    operator: string;
  },
): Told {
  const event = {
    uuid: randomUUID(),
    event_type: type,
    project_id: project.id,
    occurred_at: new Date(),
    operator,
    request_id: '',
    data: dataOf(type, project.name, host),
  };
  return { event, project, repositoryTime: undefined, host };
}

function dataOf(type: EventType, project: string, host: string): EventData {
  if (type === 'TAG_RETENTION') return { retention: retentionOf(project, host) };
  const repository = `${project}/test-delivery`;
  const resources = [{ digest, tag: 'test' }];
  if (type === 'QUOTA_WARNING')
    return { repository, resources, quota: { used: 9 * 2 ** 30, hard: 10 * 2 ** 30 } };
  if (type === 'QUOTA_EXCEED') return { repository, resources, details: 'this is a test delivery' };
  return { repository, resources };
}

const retentionOf = (project: string, host: string) => ({
  total: 1,
  retained: 0,
  harbor_hostname: host,
  project_name: project,
  retention_policy_id: 0,
  retention_rule: [],
  result: 'SUCCESS',
  deleted_artifact: [{ type: 'image', status: 'success', name_tag: 'test-delivery:test' }],
});
