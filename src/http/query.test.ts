import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '#src/failures.ts';
import { parseQuery, parseSort, snakeCase } from './query.ts';

const refused = (q: string) => {
  expect(() => parseQuery(q)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
};

describe('q', () => {
  test('nothing asked is no clause', () => {
    expect(parseQuery(undefined).size).toBe(0);
    expect(parseQuery('').size).toBe(0);
  });

  test.each([
    ['name=lib', { kind: 'equal', value: 'lib' }],
    ['name=a=b', { kind: 'equal', value: 'a=b' }],
    ['name=\\~lib', { kind: 'equal', value: '~lib' }],
    ['name=~lib', { kind: 'contains', value: 'lib' }],
    ['name=[1~9]', { kind: 'range', min: 1, max: 9 }],
    ['name=[~9]', { kind: 'range', min: undefined, max: 9 }],
    ['name=[a~]', { kind: 'range', min: 'a', max: undefined }],
    ['name={a "b" 3}', { kind: 'any', values: ['a', 'b', 3] }],
    ['name={}', { kind: 'any', values: [] }],
    ['name=(1 2)', { kind: 'all', values: [1, 2] }],
  ])('%s is read', (q, match) => {
    expect(parseQuery(q)).toEqual(new Map([['name', match]]));
  });

  test('times inside a range are read as UTC', () => {
    expect(parseQuery('t=[2026-01-02T15:04:05~]').get('t')).toEqual({
      kind: 'range',
      min: new Date('2026-01-02T15:04:05Z'),
      max: undefined,
    });
  });

  test('several clauses are separated by commas, and the last of one key counts', () => {
    expect(parseQuery('a=1,b=~2,a=3')).toEqual(
      new Map([
        ['a', { kind: 'equal', value: '3' }],
        ['b', { kind: 'contains', value: '2' }],
      ]),
    );
  });

  test('the value is decoded a second time', () => {
    expect(parseQuery('name%3D%7Elib').get('name')).toEqual({ kind: 'contains', value: 'lib' });
  });

  test('what cannot be decoded again is taken as it stands', () => {
    expect(parseQuery('name=100%').get('name')).toEqual({ kind: 'equal', value: '100%' });
  });

  test.each([
    'name',
    '=x',
    'name=',
    'a=1,',
    'name=~',
    'name=[1~',
    'name=[~]',
    'name=[1]',
    'name=[1~2~3]',
    'name=[',
    'name={a',
    'name={',
    'name=(a',
  ])('%s is refused', (q) => refused(q));

  test('S-027: keys that reach into another table are refused', () => {
    refused('user__password=~a');
    refused('user.password=a');
    refused('name =a');
  });

  test('G-64: more than twenty clauses are refused', () => {
    refused(Array.from({ length: 21 }, (_, i) => `k${'a'.repeat(i + 1)}=1`).join(','));
  });

  test('a NUL is refused, also when it is decoded only the second time', () => {
    refused('name=a\0');
    refused('name=a%00');
  });

  test('any text is either read or refused as BAD_REQUEST', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'a1=~[]{}(),\\%"+ \0é\ud800'.split('')), maxLength: 60 }),
        (q) => {
          try {
            parseQuery(q);
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
          }
        },
      ),
    );
  });
});

describe('sort', () => {
  test('a minus is descending', () => {
    expect(parseSort('name,-creation_time')).toEqual([
      { key: 'name', descending: false },
      { key: 'creation_time', descending: true },
    ]);
  });

  test('S-008: what is no key is dropped, so nothing of it reaches SQL', () => {
    expect(parseSort("used.count',hard.x)--,(select pg_sleep(3)),--name")).toEqual([]);
  });
});

test.each([
  ['CreationTime', 'creation_time'],
  ['ProjectID', 'project_id'],
  ['name', 'name'],
  ['creation_time', 'creation_time'],
])('the key %s names the column %s', (key, column) => {
  expect(snakeCase(key)).toBe(column);
});
