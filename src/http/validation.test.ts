import { describe, expect, test } from 'vitest';
import { createValidators } from './validation.ts';

const check = createValidators().text({
  type: 'object',
  properties: {
    with_tag: { type: 'boolean', default: true },
    public: { type: 'boolean' },
    page: { type: 'integer', minimum: 0, default: 1 },
    name: { type: 'string' },
    from: { type: 'string', minLength: 1 },
  },
});

/** The query as an operation gets it. */
function read(query: Record<string, unknown>): Record<string, unknown> {
  check(query, 'query');
  return query;
}

describe('values of a query', () => {
  // Python's requests writes True and False, others 1 and 0; Harbor (go-openapi) reads them all.
  test.each([
    'true',
    'True',
    'TRUE',
    '1',
    't',
    'T',
    'y',
    'yes',
    'on',
    'ok',
    'enabled',
    'checked',
    'selected',
  ])('%s is true', (text) => {
    expect(read({ public: text })).toMatchObject({ public: true });
  });

  test.each(['false', 'False', 'FALSE', '0', 'f', 'n', 'no', 'off', 'disabled'])('%s is false', (text) => {
    expect(read({ with_tag: text })).toMatchObject({ with_tag: false });
  });

  test.each(['maybe', 'tru', '2', ' true'])('%j is neither', (text) => {
    expect(() => read({ public: text })).toThrow('public in query must be boolean');
  });

  // Harbor: a parameter without a value is one that was not sent.
  test('an empty number or truth is as if it were not there', () => {
    expect(read({ with_tag: '', public: '', page: '' })).toEqual({ with_tag: true, page: 1 });
  });

  test('an empty text stays one', () => {
    expect(read({ name: '' })).toMatchObject({ name: '' });
    expect(() => read({ from: '' })).toThrow('from in query');
  });

  test('a truth given twice is none', () => {
    expect(() => read({ public: ['true', 'true'] })).toThrow('public in query must be boolean');
  });
});
