import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBasic } from './authorization.ts';

const encode = (text: string | Uint8Array): string => Buffer.from(text as string).toString('base64');

test('the first colon ends the name', () => {
  const read = decodeBasic(encode('robot$library+ci:a:b:c'));

  expect(read).toEqual({ name: 'robot$library+ci', password: 'a:b:c' });
});

test('names and passwords are UTF-8', () => {
  const read = decodeBasic(encode('zoë:pässwörd'));

  expect(read).toEqual({ name: 'zoë', password: 'pässwörd' });
});

test.each([
  ['nothing', ''],
  ['no colon', encode('admin')],
  ['no name', encode(':secret')],
  ['what is not base64', 'admin:Harbor12345'],
  ['base64 with a hole', 'YWRt aW46eA=='],
  ['Latin-1', encode(new Uint8Array([0x7a, 0xeb, 0x3a, 0x78]))],
  ['a NUL', encode('admin\0:x')],
  ['a line break in the password', encode('admin:x\r\ny')],
  ['a name of 2,000 characters', encode(`${'a'.repeat(2000)}:x`)],
])('%s is no credential', (_, credentials) => {
  const read = decodeBasic(credentials);

  expect(read).toBeUndefined();
});

test('whatever is sent, reading it does not throw, and what was read was sent', () => {
  const sentBack = (sent: string): boolean => {
    const read = decodeBasic(sent);
    return (
      read === undefined || encode(`${read.name}:${read.password}`) === encode(Buffer.from(sent, 'base64'))
    );
  };
  const anything = fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, bytes) =>
    [text, encode(text), encode(bytes)].every(sentBack),
  );

  const outcome = fc.check(anything);

  expect(outcome.counterexample).toBeNull();
});
