import { expect, test } from 'vitest';
import { boundedDetail, boundedName } from './detail.ts';

test('S-053: what is too long is cut, and says so', () => {
  const text = boundedDetail({ payload: 'x'.repeat(100_000) });

  expect(text.length).toBeLessThan(5_000);
  expect(Object.keys(JSON.parse(text) as object)).toEqual(['cut']);
});

test('S-030: values of secrets are not written, whoever passes them', () => {
  const text = boundedDetail({
    oidc_client_secret: 'marker',
    nested: [{ Password: 'marker', from: { ldap_search_password: 'marker' } }],
    access_token: { inner: 'marker' },
    secret: 'refreshed',
    token_expiration: 30,
  });

  expect(text).not.toContain('marker');
  expect(JSON.parse(text)).toMatchObject({ secret: 'refreshed', token_expiration: 30 });
});

test('G-65: no name breaks the row that it stands in', () => {
  const name = boundedName(`a\0b\ud800${'x'.repeat(1_000)}`);

  expect(name.startsWith('a\ufffdb\ufffd')).toBe(true);
  expect(name).toHaveLength(512);
  expect(boundedDetail({ name: 'a\0\ud800' })).toBe('{"name":"a\ufffd\ufffd"}');
});
