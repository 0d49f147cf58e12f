import { expect, test } from 'vitest';
import { isShown, readBanner, writeBanner } from './banner.ts';

test('a banner of Harbor is read, and written the same', () => {
  const banner = { message: 'Closed on Sunday', type: 'warning', closable: true, from: '2026-01-30', to: '' };
  const written = writeBanner({ ...banner, type: 'warning' });

  expect(readBanner(written)).toEqual(banner);
  expect(JSON.parse(written)).toMatchObject({ message: 'Closed on Sunday', type: 'warning', closable: true });
});

test.each(['Hello', '{"broken'])('%j is a message as it stands', (setting) => {
  expect(readBanner(setting)).toMatchObject({ message: setting, type: 'info' });
});

test('a banner without a message is no banner', () => {
  expect(writeBanner({ ...readBanner('Hello'), message: '' })).toBe('');
});

test('it is shown from the beginning of its first day to the end of its last', () => {
  const banner = { ...readBanner('Hello'), from: '2026-01-30', to: '2026-01-31' };
  const days = [29, 30, 31, 32].map((day) => isShown(banner, new Date(2026, 0, day, 12)));

  expect(days).toEqual([false, true, true, false]);
});
