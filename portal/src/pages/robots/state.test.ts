import { expect, test } from 'vitest';
import { daysOf, endOf, statesOf } from './state.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const inDays = (days: number) => Math.floor(now / 1000) + days * 86_400;

test.each([
  ['never ends', { expires_at: -1, disable: false }, [{ kind: 'enabled' }]],
  ['ends in a month', { expires_at: inDays(30), disable: false }, [{ kind: 'enabled' }]],
  ['ends in a week', { expires_at: inDays(7), disable: false }, [{ kind: 'enabled' }]],
  ['ends in three days', { expires_at: inDays(3), disable: false }, [{ kind: 'expiring', days: 3 }]],
  ['ends today', { expires_at: inDays(0.5), disable: false }, [{ kind: 'expiring', days: 0 }]],
  ['ends now', { expires_at: inDays(0), disable: false }, [{ kind: 'expired' }]],
  ['is switched off', { expires_at: -1, disable: true }, [{ kind: 'disabled' }]],
  [
    'is switched off and ends',
    { expires_at: inDays(1), disable: true },
    [{ kind: 'disabled' }, { kind: 'expiring', days: 1 }],
  ],
  [
    'is switched off and has ended',
    { expires_at: inDays(-1), disable: true },
    [{ kind: 'expired' }, { kind: 'disabled' }],
  ],
] as const)('what is said of a robot that %s', (_, robot, states) => {
  expect(statesOf(robot, now)).toEqual(states);
});

test('a robot that never ends has no end', () => {
  expect(endOf({ expires_at: -1 })).toBe(undefined);
});

test.each([
  ['30', 30],
  [' 1 ', 1],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['', undefined],
  ['abc', undefined],
  ['2147483647', undefined],
])('%j days are %j', (text, days) => {
  expect(daysOf(text)).toBe(days);
});
