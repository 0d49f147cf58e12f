import { ApiFailure } from '../api/failure.ts';

type Field = 'username' | 'email' | 'realname' | 'comment' | 'password';

const begins: readonly (readonly [RegExp, Field])[] = [
  [/^(invalid user name|user .* already exists)/s, 'username'],
  [/^email /, 'email'],
  [/^realname /, 'realname'],
  [/^comment /, 'comment'],
  [/password/, 'password'],
];

const fieldOf = (reason: string): Field | undefined =>
  begins.find(([expression]) => expression.test(reason))?.[1];

/**
 * At which fields of a form the server's refusal belongs, by the words with which each reason begins: it says all of
 * them at once. Nothing when one belongs nowhere, so that the form says the whole.
 */
export function refusedFields(error: Error | null): Partial<Record<Field, string>> {
  if (!(error instanceof ApiFailure) || ![400, 403, 409].includes(error.status)) return {};
  const reasons = error.message.split('; ');
  const fields = reasons.map(fieldOf);
  if (fields.includes(undefined)) return {};
  return Object.fromEntries(fields.map((field, index) => [field, reasons[index]]));
}
