import { expect, test } from 'vitest';
import { cpuTime } from '#test/support/cpu-time.ts';
import { isDistinguishedName } from './distinguished-name.ts';

test.each([
  'cn=builders',
  'CN=builders, OU=Groups , DC=example,DC=org',
  'cn=a+uid=7,dc=example',
  '2.5.4.3=builders,dc=org',
  'cn=Smith\\, John,dc=org',
  'cn=Lu\\C4\\8Di\\C4\\87',
  'cn=#04024869',
  'cn=Übung,dc=org',
  'cn=a=b',
  "cn=x') or 1=1 --",
])('%s is a distinguished name', (text) => {
  expect(isDistinguishedName(text)).toBe(true);
});

test.each([
  '',
  'builders',
  '=builders',
  'cn=',
  'cn=a,',
  ',cn=a',
  'cn=a,,dc=b',
  'cn=a,dc',
  'cn=a;dc=b',
  'cn="a"',
  'cn=a\\',
  'cn=a\\z',
  'cn=#0',
  'cn=<a>',
  'c n=a',
  'cn=a\u0000',
])('%s is none', (text) => {
  expect(isDistinguishedName(text)).toBe(false);
});

test.each(['cn= ', 'cn=a+', 'cn=\\41', 'cn=#00', '1.1'])(
  'G-30: %s, repeated 100,000 times, is judged at once',
  (part) => {
    const began = cpuTime();

    isDistinguishedName(`${part.repeat(100_000)}"`);

    expect(cpuTime() - began).toBeLessThan(500);
  },
);
