import { describe, expect, test } from 'vitest';
import { checkedCron, nextTime, nextTimes } from './cron.ts';

describe('a cron', () => {
  test('has six fields, or five and an implied second 0', () => {
    expect([checkedCron('0 0 2 * * 6'), checkedCron('0 3 * * *')]).toEqual(['0 0 2 * * 6', '0 0 3 * * *']);
  });

  test.each([
    ['', 'six fields'],
    ['0 0 2 * *  * *', 'found 7'],
    ['5 0 2 * * *', 'must be 0'],
    ['* 0 2 * * *', 'must be 0'],
    ['0 60 2 * * *', 'invalid cron'],
    ['0 0 0 30 2 *', 'never comes'],
    ['@daily', 'found 1'],
    ['0 0 0 * * L', 'invalid cron'],
    ["0 0 0 * * ';drop", 'cannot read'],
    [`0 ${'1,'.repeat(200)} * * * *`, 'six fields'],
  ])('%j is refused: %s', (cron, reason) => {
    expect(() => checkedCron(cron)).toThrow(reason);
  });

  test('that is being written shows its next five times, or those that there are', () => {
    const after = new Date('2026-01-01T00:00:00Z');

    expect(nextTimes('30 2 * * 6', after)).toMatchObject({ cron: '0 30 2 * * 6', next: { length: 5 } });
    expect(nextTimes('0 0 2 * * 6', after).next[0]?.toISOString()).toBe('2026-01-03T02:00:00.000Z');
  });

  test('is read in UTC', () => {
    const next = nextTime('0 30 4 * * 1', new Date('2026-03-29T00:00:00Z'));

    expect(next.toISOString()).toBe('2026-03-30T04:30:00.000Z');
  });
});
