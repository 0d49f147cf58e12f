import { expect, test } from 'vitest';
import { ApiFailure } from '../api/failure.ts';
import { refusedFields } from './user-refusal.ts';

test.each([
  [409, 'user ada or email ada@example.org already exists', 'username'],
  [400, 'invalid user name "a$": the characters , " ~ # % $ are not allowed', 'username'],
  [409, 'email ada@example.org already exists', 'email'],
  [400, "email can't be empty", 'email'],
  [400, 'realname with illegal length: 0, 1 to 255 characters are allowed', 'realname'],
  [400, 'comment with illegal length: 30 characters are allowed', 'comment'],
  [400, 'the password or secret must have 8 to 128 characters', 'password'],
  [400, 'New password is identical to old password', 'password'],
] as const)('%d %s is said at the field %s', (status, message, field) => {
  expect(refusedFields(new ApiFailure(status, message))).toEqual({ [field]: message });
});

test.each([null, new Error('password'), new ApiFailure(500, 'password'), new ApiFailure(403, 'read-only')])(
  '%o belongs to no field',
  (error) => {
    expect(refusedFields(error)).toEqual({});
  },
);

test('each reason is said at its field, and the whole in one place when one has none', () => {
  const length = 'realname with illegal length: 0, 1 to 255 characters are allowed';
  const both = `email with illegal format; ${length}`;

  expect(refusedFields(new ApiFailure(400, both))).toEqual({
    email: 'email with illegal format',
    realname: length,
  });
  expect(refusedFields(new ApiFailure(400, `${both}; the moon is in the way`))).toEqual({});
});
