import { expect, test } from 'vitest';
import { bodyOf, draftOf, grouped, losesSecrets, mask, newWebhook, readable } from './webhook-draft.ts';

const times = { creation_time: '2026-01-01T00:00:00.000Z', update_time: '2026-01-01T00:00:00.000Z' };
const saved = {
  ...times,
  id: 1,
  name: 'ci',
  enabled: false,
  event_types: ['PUSH_ARTIFACT'],
  targets: [
    { type: 'http', address: 'https://a.test', payload_format: 'CloudEvents', secret: mask },
    { type: 'slack', address: 'https://b.test' },
  ],
};

test('an edited policy keeps its state, its secret and its further targets', () => {
  const body = bodyOf({ ...draftOf(saved), name: ' ci ' }, saved);

  expect(body).toMatchObject({
    name: 'ci',
    enabled: false,
    targets: [
      { type: 'http', address: 'https://a.test', payload_format: 'CloudEvents', secret: mask },
      { type: 'slack', address: 'https://b.test' },
    ],
  });
});

test('a target of Slack has no payload format: the server would refuse it', () => {
  const [target] = bodyOf({ ...newWebhook, type: 'slack', address: 'https://b.test' }, undefined).targets;

  expect(target).not.toHaveProperty('payload_format');
});

test('with another address a kept secret is lost, a new one is not', () => {
  const moved = { ...draftOf(saved), address: 'https://c.test' };

  expect(losesSecrets(draftOf(saved), saved)).toBe(false);
  expect(losesSecrets(moved, saved)).toBe(true);
  expect(losesSecrets({ ...moved, secret: 'new' }, saved)).toBe(false);
});

test('events that only a newer server knows are shown, too', () => {
  expect(grouped(['PUSH_ARTIFACT', 'MOON_PHASE'])).toEqual([
    { group: 'artifacts', events: ['PUSH_ARTIFACT'] },
    { group: 'others', events: ['MOON_PHASE'] },
  ]);
});

test.each([
  ['{"a":1}', '{\n  "a": 1\n}'],
  ['<b>', '<b>'],
])('the body %j reads %j', (body, text) => {
  expect(readable(body)).toBe(text);
});
