import { expect, test } from 'vitest';
import { bothZones, readSchedule } from './schedule.ts';

test.each([
  ['', 'None'],
  ['0 0 * * * *', 'Hourly'],
  [' 0 0  0 * * 0', 'Weekly'],
  ['0 30 4 * * 1-5', 'Custom'],
])('the cron %j is %s', (cron, type) => {
  expect(readSchedule(cron).type).toBe(type);
});

test('a time is told in both zones', () => {
  const [utc] = bothZones(new Date('2026-03-01T00:00:00Z'), 'en');

  expect(utc).toContain('12:00 AM UTC');
});
