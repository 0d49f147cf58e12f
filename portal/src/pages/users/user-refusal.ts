import { ApiFailure } from '../../api/failure.ts';

type Field = 'username' | 'email' | 'realname' | 'comment' | 'password';

const begins: readonly (readonly [RegExp, Field])[] = [
  [/^(invalid user name|user .* already exists)/s, 'username'],
  [/^email /, 'email'],
  [/^realname /, 'realname'],
  [/^comment /, 'comment'],
  [/password/, 'password'],
];

/** At which field of a form the server's refusal belongs, by the words with which it begins. */
export function refusedField(error: Error | null): Partial<Record<Field, string>> {
  if (!(error instanceof ApiFailure) || ![400, 403, 409].includes(error.status)) return {};
  const field = begins.find(([expression]) => expression.test(error.message))?.[1];
  return field ? { [field]: error.message } : {};
}
