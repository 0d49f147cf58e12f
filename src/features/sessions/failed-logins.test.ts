import { expect, test } from 'vitest';
import { HandClock } from '#src/auth/clock.fixture.ts';
import { FailedLogins } from './failed-logins.ts';

test('of one name from one network one row a minute, and it says what was left out', () => {
  const clock = new HandClock();
  const failures = new FailedLogins(clock);

  const first = ['192.0.2.1', '192.0.2.1', '192.0.2.2'].map((address) => failures.admit('ada', address));
  clock.advance(60_000);
  const later = failures.admit('ada', '192.0.2.1');

  expect(first).toEqual([0, undefined, 1]);
  expect(later).toBe(0);
});

test('of all together thirty a minute', () => {
  const clock = new HandClock();
  const failures = new FailedLogins(clock);
  const minute = () =>
    Array.from({ length: 1000 }, (_, i) => failures.admit(`name-${i}`, `2001:db8:${i}::1`));

  const first = minute();
  clock.advance(60_000);
  const second = minute();

  expect(first.filter((one) => one !== undefined)).toHaveLength(30);
  expect(second[0]).toBe(970);
});
