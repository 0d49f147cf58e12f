import { expect, test } from 'vitest';
import { regional } from './regional.ts';

test.each([
  ['en', ['en-GB', 'en'], 'en-GB'],
  ['en', ['de-AT', 'en-IE'], 'en-IE'],
  ['de', ['de-CH', 'fr-CH'], 'de-CH'],
  ['zh-CN', ['zh-TW'], 'zh-CN'],
  ['de', ['en-GB'], 'de'],
  ['en', ['en-US@posix'], 'en'],
  ['en', [], 'en'],
])('%s of somebody whose browser prefers %j is %s', (language, wanted, written) => {
  expect(regional(language, wanted)).toBe(written);
});
