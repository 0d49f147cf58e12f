import { expect, test } from 'vitest';
import { httpsLocation } from './redirect.ts';

test.each([
  ['registry.example.com', '/v2/', 443, 'https://registry.example.com/v2/'],
  ['registry.example.com:80', '/v2/?a=b', 8443, 'https://registry.example.com:8443/v2/?a=b'],
  ['10.0.0.7:8080', '/', 443, 'https://10.0.0.7/'],
  ['[::1]:8080', '/', 8443, 'https://[::1]:8443/'],
  ['registry.example.com', '//evil.example.com/', 443, 'https://registry.example.com//evil.example.com/'],
])('host %s and path %s on port %i lead to %s', (host, path, port, location) => {
  expect(httpsLocation(host, path, port)).toBe(location);
});

test.each([
  ['no host', undefined, '/'],
  ['an empty host', '', '/'],
  ['a host with a user', 'a@evil.example.com', '/'],
  ['a host with a path', 'a.example.com/evil', '/'],
  ['a host with two ports', 'a.example.com:80:90', '/'],
  ['a host with a blank', 'a.example.com evil', '/'],
  ['a host of 300 characters', 'a'.repeat(300), '/'],
  ['an absolute address as path', 'a.example.com', 'http://evil.example.com/'],
  ['an asterisk as path', 'a.example.com', '*'],
])('%s leads nowhere', (_case, host, path) => {
  expect(httpsLocation(host, path, 443)).toBeUndefined();
});
