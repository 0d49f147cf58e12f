import { expect, test } from 'vitest';
import { readSignInSearch } from './sign-in-search.ts';

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/a\nb', 7])(
  'after signing in nobody is sent to %j',
  (redirect_url) => {
    expect(readSignInSearch({ redirect_url })).toEqual({});
  },
);

test('after signing in one comes to the page one wanted', () => {
  const redirect_url = '/harbor/projects/1/members?page=2';

  expect(readSignInSearch({ redirect_url, sign_up: true })).toEqual({ redirect_url, sign_up: true });
});
