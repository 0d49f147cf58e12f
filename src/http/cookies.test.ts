import { expect, test } from 'vitest';
import { cookieOf, isSecure, readCookie } from './cookies.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['sid=a', 'a'],
  ['other=b; sid=a', 'a'],
  ['other=b;sid=a;', 'a'],
  [' sid = a ', 'a'],
  ['sid=a=b', 'a=b'],
  ['sid=', ''],
  ['sid=first; sid=second', 'first'],
  ['xsid=a; SID=b', undefined],
  ['sid', undefined],
  [';;=;=sid', undefined],
])('%j holds %j', (header, value) => {
  expect(readCookie(header, 'sid')).toBe(value);
});

test('a cookie that is to be forgotten says so', () => {
  expect(cookieOf('sid', '', { sameSite: 'Lax', secure: true, maxAge: 0 })).toBe(
    'sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure',
  );
});

test.each([
  [undefined, false, false],
  [undefined, true, true],
  ['https://registry.example.com', false, true],
  ['HTTPS://registry.example.com', false, true],
  ['http://registry.example.com', true, false],
])('external URL %s, TLS here %s: only over TLS %s', (externalUrl, tls, secure) => {
  expect(isSecure(externalUrl, tls)).toBe(secure);
});
