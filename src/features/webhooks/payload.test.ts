import { describe, expect, test } from 'vitest';
import type { HeardEvent } from '#src/events/relay.ts';
import { messageFor, type Told } from './payload.ts';
import { signatureOf } from './signature.ts';

const digest = `sha256:${'a'.repeat(64)}`;

function told(event: Partial<HeardEvent> = {}, more: Partial<Told> = {}): Told {
  return {
    event: {
      id: 1,
      uuid: '0b8f6a5c-1c1b-4a58-9d9b-1d8a1f6f2f10',
      listener: 'webhook',
      listener_ids: [3],
      project_id: 1,
      event_type: 'PUSH_ARTIFACT',
      occurred_at: new Date('2026-03-06T06:08:43.512Z'),
      operator: 'ada',
      request_id: 'r-1',
      data: { repository: 'library/apps/hello', resources: [{ digest, tag: '1.0' }] },
      failures: 0,
      ...event,
    },
    project: { name: 'library', public: true },
    repositoryTime: new Date('2023-02-22T08:32:45.900Z'),
    host: 'registry.example.com',
    ...more,
  };
}

const http = {
  policy_id: 3,
  type: 'http',
  address: 'https://hook.test/x',
  payload_format: 'Default',
} as const;

const sent = (one: Told, target: Parameters<typeof messageFor>[1] = http) => {
  const { contentType, body } = messageFor(one, target);
  return { contentType, body: JSON.parse(body) };
};

describe('the Default format', () => {
  test('says of a push what Harbor says', () => {
    const message = sent(told());

    expect(message).toEqual({
      contentType: 'application/json',
      body: {
        type: 'PUSH_ARTIFACT',
        occur_at: 1772777323,
        operator: 'ada',
        event_data: {
          resources: [{ digest, tag: '1.0', resource_url: 'registry.example.com/library/apps/hello:1.0' }],
          repository: {
            date_created: 1677054765,
            name: 'apps/hello',
            namespace: 'library',
            repo_full_name: 'library/apps/hello',
            repo_type: 'public',
          },
        },
      },
    });
  });

  test('puts the digest where there is no tag, and behind an @', () => {
    const data = { repository: 'library/hello', resources: [{ digest, tag: digest }] };

    const { body } = sent(told({ data }));

    expect(body.event_data.resources).toEqual([
      { digest, tag: digest, resource_url: `registry.example.com/library/hello@${digest}` },
    ]);
  });

  test('leaves out when a repository was made that is gone, and says that a project is private', () => {
    const { body } = sent(
      told({}, { repositoryTime: undefined, project: { name: 'library', public: false } }),
    );

    expect(body.event_data.repository).toEqual({
      name: 'apps/hello',
      namespace: 'library',
      repo_full_name: 'library/apps/hello',
      repo_type: 'private',
    });
  });

  test.each([
    ['QUOTA_EXCEED', { details: 'adding 1.0 MiB' }, 'adding 1.0 MiB'],
    [
      'QUOTA_WARNING',
      { quota: { used: 9 * 1024 ** 2, hard: 10 * 1024 ** 2 } },
      'quota usage reach 85%: resource storage used 9.0 MiB of 10.0 MiB',
    ],
  ] as const)('of %s has the details', (event_type, data, details) => {
    const { body } = sent(told({ event_type, data: { repository: 'library/hello', ...data } }));

    expect(body.event_data).toMatchObject({
      custom_attributes: { Details: details },
      repository: { repo_full_name: 'library/hello' },
    });
    expect(body.event_data).not.toHaveProperty('resources');
  });

  test('of a retention run has what it reports and no repository', () => {
    const retention = { total: 3, retained: 2, result: 'Success' };

    const { body } = sent(told({ event_type: 'TAG_RETENTION', data: { retention } }));

    expect(body.event_data).toEqual({ retention });
  });
});

describe('the CloudEvents format', () => {
  const target = { ...http, payload_format: 'CloudEvents' } as const;

  test('is structured JSON with the same data', () => {
    const { contentType, body } = sent(told(), target);

    expect(contentType).toBe('application/cloudevents+json');
    expect(body).toEqual({
      specversion: '1.0',
      id: '0b8f6a5c-1c1b-4a58-9d9b-1d8a1f6f2f10',
      source: '/projects/1/webhook/policies/3',
      type: 'harbor.artifact.pushed',
      datacontenttype: 'application/json',
      time: '2026-03-06T06:08:43Z',
      data: sent(told()).body.event_data,
      operator: 'ada',
      requestid: 'r-1',
    });
  });

  test.each([
    ['PULL_ARTIFACT', 'harbor.artifact.pulled'],
    ['DELETE_ARTIFACT', 'harbor.artifact.deleted'],
    ['QUOTA_EXCEED', 'harbor.quota.exceeded'],
    ['QUOTA_WARNING', 'harbor.quota.warned'],
    ['SCANNING_COMPLETED', 'harbor.scan.completed'],
    ['SCANNING_FAILED', 'harbor.scan.failed'],
    ['SCANNING_STOPPED', 'harbor.scan.stopped'],
    ['REPLICATION', 'harbor.replication.status.changed'],
    ['TAG_RETENTION', 'harbor.tag_retention.finished'],
  ] as const)('calls %s %s', (event_type, type) => {
    const { body } = sent(told({ event_type }), target);

    expect(body.type).toBe(type);
  });

  test('has no extension without a value: the format knows none', () => {
    const { body } = sent(told({ request_id: '' }), target);

    expect(body).not.toHaveProperty('requestid');
  });
});

describe('the Slack format', () => {
  const texts = (one: Told, target: Parameters<typeof messageFor>[1]) =>
    sent(one, target).body.blocks.map((block: { text: { text: string } }) => block.text.text);

  test('has a heading and the sections of Harbor', () => {
    const [heading, type, time, operator, label, data] = texts(told(), {
      ...http,
      type: 'slack',
      payload_format: null,
    });

    expect([heading, type, operator, label]).toEqual([
      '*Harbor webhook events*',
      '*event_type:* PUSH_ARTIFACT',
      '*operator:* ada',
      '*event_data:*',
    ]);
    expect(time).toMatch(/^\*occur_at:\* <!date\^1772777323\^\{date\} at \{time\}\|/);
    expect(JSON.parse(data.slice(3, -3))).toEqual(sent(told()).body.event_data);
  });

  test.each([
    'https://hooks.slack.com/services/T/B/x',
    'https://HOOKS.slack.com',
    'https://hooks.slack-gov.com/services/x',
  ])('goes to %s whatever the type says', (address) => {
    const { contentType, body } = sent(told(), { ...http, address });

    expect(contentType).toBe('application/json');
    expect(body).toHaveProperty('blocks');
  });

  test.each(['https://hooks.slack.com.example.com/x', 'https://example.com/hooks.slack.com/'])(
    'does not go to %s',
    (address) => {
      const { body } = sent(told(), { ...http, address });

      expect(body).not.toHaveProperty('blocks');
    },
  );

  test('lets nobody mention a channel, end the code block or send too long a section', () => {
    const operator = '<!channel> & <https://evil.test|x>';
    const details = '```'.concat('x'.repeat(10_000));
    const one = told({ operator, event_type: 'QUOTA_EXCEED', data: { repository: 'a/b', details } });

    const sections = texts(one, { ...http, type: 'slack', payload_format: null });

    expect(sections[3]).toBe('*operator:* &lt;!channel&gt; &amp; &lt;https://evil.test|x&gt;');
    expect(sections[5].slice(3, -3)).not.toContain('```');
    expect(sections.every((text: string) => text.length <= 3_000)).toBe(true);
  });
});

test('G-89: a signature covers time and body', () => {
  const body = Buffer.from('{"a":1}');
  const time = new Date(1_700_000_000_900);

  const signature = signatureOf('It is a secret', body, time);

  expect(signature).toBe('t=1700000000,v1=6ef91a8184cca4e6198d522d1ce360755474c3af4fc7c80e1f7c5b870023b941');
  expect(signatureOf('It is a secret', body, new Date(1_700_000_001_900))).not.toContain(
    signature.slice(-64),
  );
  expect(signatureOf('It is another', body, time)).not.toBe(signature);
});
