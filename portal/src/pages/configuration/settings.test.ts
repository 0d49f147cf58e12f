import { expect, test } from 'vitest';
import { problemsIn } from './settings.ts';

test('each problem that the server names stands at its field, and the others stand together', () => {
  const message = [
    'token_expiration must be a whole number from 1 to 9999999999, not "0"',
    'could not connect to the audit endpoint: 127.0.0.1:1',
    'something else',
    'robot_name_prefix must not be blank',
  ].join('; ');

  expect(problemsIn(message)).toEqual({
    fields: {
      token_expiration: 'token_expiration must be a whole number from 1 to 9999999999, not "0"',
      audit_log_forward_endpoint: 'could not connect to the audit endpoint: 127.0.0.1:1',
      robot_name_prefix: 'robot_name_prefix must not be blank',
    },
    rest: 'something else',
  });
});
