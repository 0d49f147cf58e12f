import { expect, test } from 'vitest';
import { readableDuration } from './duration.ts';

test.each([
  [0, 'en', '0 seconds'],
  [1, 'en', '1 second'],
  [119, 'en', '119 seconds'],
  [120, 'en', '2 minutes'],
  [86_399, 'de', '23 Stunden'],
  [172_800, 'zh-CN', '2天'],
])('%d seconds in %s are %s', (seconds, language, text) => {
  expect(readableDuration(seconds, language)).toBe(text);
});
