import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Page } from './endpoint.ts';
import { containing, filterOf, linkOf, type ListKeys, orderOf, sliceOf } from './list.ts';
import { parseQuery } from './query.ts';

const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

const list: ListKeys = {
  keys: {
    name: { type: 'text' },
    project_id: { type: 'integer' },
    public: { type: 'boolean' },
    creation_time: { type: 'time' },
    owner: { type: 'text', sql: sql`o.username` },
  },
  refused: ['secret_hash'],
  order: '-creation_time',
  tie: 'project_id',
};

const page = (part: Partial<Page> = {}): Page => ({
  number: 1,
  size: 10,
  q: undefined,
  sort: undefined,
  ...part,
});

const filter = (q: string) => {
  const { sql: text, parameters } = filterOf(parseQuery(q), list).compile(compiler);
  return [text.replace('/* planned by value */ ', ''), ...parameters];
};

const order = (sort: string | undefined) => orderOf(page({ sort }), list).compile(compiler).sql;

describe('the condition', () => {
  test.each([
    ['name=lib', ['"name" = $1::text', 'lib']],
    ['Name=~a_b', ['lower("name"::text) like lower($1::text)', '%a\\_b%']],
    ['owner=ada', ['o.username = $1::text', 'ada']],
    ['ProjectID=7', ['"project_id" = $1::bigint', '7']],
    ['project_id=[2~9]', ['"project_id" >= $1::bigint and "project_id" <= $2::bigint', '2', '9']],
    ['project_id=[2~]', ['"project_id" >= $1::bigint and true', '2']],
    ['name={a 3}', ['"name" in ($1::text, $2::text)', 'a', '3']],
    ['name={}', ['false']],
    ['name=(a b)', ['true']],
    ['public=yes', ['"public" = $1::boolean', true]],
    ['public=True', ['"public" = $1::boolean', true]],
    [
      'creation_time=[~2026-01-02T03:04:05]',
      ['true and "creation_time" <= $1::timestamptz', '2026-01-02T03:04:05.000Z'],
    ],
    ['name=a,public=0', ['"name" = $1::text and "public" = $2::boolean', 'a', false]],
  ])('of %s', (q, expected) => {
    expect(filter(q)).toEqual(expected);
  });

  test('an unknown key is ignored', () => {
    expect(filter('nothing=1')).toEqual(['true']);
    expect(filter('constructor=1,toString=2')).toEqual(['true']);
  });

  test('S-027: a column that nobody may ask about is refused, as a filter and as an order', () => {
    expect(() => filter('secret_hash=~a')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    expect(() => filter('SecretHash=a')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    expect(() => order('-secret_hash')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  test.each([
    'project_id=abc',
    'project_id=9999999999999999999999',
    'project_id=[a~]',
    'project_id={1 x}',
    'public=perhaps',
    'public=~t',
    'public=[a~]',
    'creation_time=yesterday',
    'creation_time=2026-02-31T00:00:00',
    'creation_time=~2026',
    'name=[a~b]',
  ])('%s does not fit the type of its key', (q) => {
    expect(() => filter(q)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

describe('the order', () => {
  test('is the one asked for, with ties settled', () => {
    expect(order('name,-project_id')).toBe('"name" asc, "project_id" desc, "project_id"');
  });

  test("is the list's own when nothing valid is asked for", () => {
    expect(order(undefined)).toBe('"creation_time" desc, "project_id"');
    expect(order('nothing')).toBe('"creation_time" desc, "project_id"');
  });
});

test('a page far beyond the end stays a number that the database can count', () => {
  const { parameters } = sliceOf(page({ number: 1e20, size: 100 })).compile(compiler);

  expect(parameters).toEqual([Number.MAX_SAFE_INTEGER]);
});

test('page size 0 sets no limit', () => {
  expect(sliceOf(page({ size: 0 })).compile(compiler).sql).toBe('');
});

test('S-005: a pattern matches exactly the texts that contain the given one', () => {
  // LIKE, spelled out: a backslash takes the next character as it is.
  const like = (pattern: string) =>
    new RegExp(
      `^${pattern.replace(/\\(.)|%|_|[^\\%_]/gsu, (token, escaped?: string) => {
        if (escaped === undefined && token === '%') return '.*';
        if (escaped === undefined && token === '_') return '.';
        return (escaped ?? token).replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
      })}$`,
      's',
    );
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '_', '%', '\\'), maxLength: 6 });

  fc.assert(
    fc.property(text, text, (name, part) => {
      expect(like(containing(part)).test(name)).toBe(name.includes(part));
    }),
  );
});

describe('Link', () => {
  const url = '/api/v2.0/projects';

  test('is absent when everything is on one page', () => {
    expect(linkOf(url, page(), 10)).toBeUndefined();
    expect(linkOf(url, page({ size: 0 }), 1000)).toBeUndefined();
  });

  test('names the next page, with both numbers set', () => {
    expect(linkOf(url, page(), 11)).toBe('</api/v2.0/projects?page=2&page_size=10>; rel="next"');
  });

  test('names the page before and the next one', () => {
    expect(linkOf(`${url}?page_size=5&page=2`, page({ number: 2, size: 5 }), 11)).toBe(
      '</api/v2.0/projects?page=1&page_size=5>; rel="prev" , </api/v2.0/projects?page=3&page_size=5>; rel="next"',
    );
  });

  test('names nothing beyond the end', () => {
    expect(linkOf(`${url}?page=9`, page({ number: 9 }), 11)).toBeUndefined();
  });

  test('keeps the other parameters, unescaped and sorted', () => {
    expect(linkOf(`${url}?q=name%3D~lib&name=a%2Fb`, page(), 11)).toBe(
      '</api/v2.0/projects?name=a/b&page=2&page_size=10&q=name=~lib>; rel="next"',
    );
  });

  test('G-09: holds nothing that breaks a header or the parameters', () => {
    const link = linkOf(`${url}?q=a%0d%0ab%22%3E%20c%26d%25e%C3%A9`, page(), 11);

    expect(link).toBe(
      '</api/v2.0/projects?page=2&page_size=10&q=a%0D%0Ab%22%3E%20c%26d%25e%C3%A9>; rel="next"',
    );
  });
});
