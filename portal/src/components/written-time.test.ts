import { expect, test } from 'vitest';
import { writtenTime } from './written-time.ts';

const date = new Date('2026-03-05T14:07:30.000Z');

test.each([
  ['en-GB', { iso: false, utc: true }, '5 Mar 2026, 14:07 UTC'],
  ['de', { iso: false, utc: true }, '05.03.2026, 14:07 UTC'],
  ['de', { iso: true, utc: true }, '2026-03-05 14:07 UTC'],
])('in %s with %j it is %s', (language, form, written) => {
  expect(writtenTime(date, language, form)).toBe(written);
});

test('the reader’s own zone needs no name', () => {
  expect(writtenTime(date, 'en', { iso: true, utc: false })).toMatch(/^2026-03-0\d \d\d:\d\d$/);
});
