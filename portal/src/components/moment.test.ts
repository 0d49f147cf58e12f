import { expect, test } from 'vitest';
import { agoIn } from './moment.tsx';

const now = new Date('2026-05-20T12:00:00Z');

test.each([
  ['2026-05-20T11:59:50Z', 'now'],
  ['2026-05-20T12:00:07Z', 'now'],
  ['2026-05-20T11:55:00Z', '5 min. ago'],
  ['2026-05-20T10:01:00Z', '1 hr. ago'],
  ['2026-05-19T11:00:00Z', 'yesterday'],
  ['2026-05-01T12:00:00Z', '19 days ago'],
  ['2026-03-01T12:00:00Z', 'Mar 1, 2026'],
])('%s is %s', (time, expected) => {
  expect(agoIn('en', new Date(time), now)).toBe(expected);
});
