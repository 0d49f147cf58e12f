import { expect, test } from 'vitest';
import { sinceWriter } from './since.ts';

const now = new Date('2026-03-08T12:00:00Z');

test.each([
  ['2026-03-08T12:00:00Z', 'now'],
  ['2026-03-08T11:59:01Z', '59 seconds ago'],
  ['2026-03-08T11:01:00Z', '59 minutes ago'],
  ['2026-03-07T13:00:00Z', '23 hours ago'],
  ['2026-03-07T12:00:00Z', 'yesterday'],
  ['2026-02-07T12:00:00Z', '29 days ago'],
  ['2025-03-08T12:00:00Z', 'last year'],
  ['2020-03-08T12:00:00Z', '6 years ago'],
])('%s is %s', (date, text) => {
  expect(sinceWriter('en')(new Date(date), now)).toBe(text);
});
