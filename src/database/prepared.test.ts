import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import { expect, test } from 'vitest';
import { plannedByValue, PreparedNames } from './prepared.ts';

const compiler = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

function asked(names: PreparedNames, text: string, times: number): (string | undefined)[] {
  return Array.from({ length: times }, () => names.of(text)?.name);
}

test('a statement that comes often gets a name, and keeps it', () => {
  const names = new PreparedNames();

  const given = asked(names, 'select 1', 7);

  expect(given.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  expect(new Set(given.slice(4)).size).toBe(1);
  expect(given[4]).toMatch(/^list-\d+$/);
});

test('two statements never share a name', () => {
  const names = new PreparedNames();

  expect(asked(names, 'select 1', 5).at(-1)).not.toBe(asked(names, 'select 2', 5).at(-1));
});

test('what controls a transaction or explains is sent as it is', () => {
  const names = new PreparedNames();

  expect(asked(names, 'begin', 9).at(-1)).toBeUndefined();
  expect(asked(names, 'explain select 1', 9).at(-1)).toBeUndefined();
});

test('there is an end to the names, whatever is asked', () => {
  const names = new PreparedNames();
  for (let page = 0; page < 1_000; page += 1) asked(names, `select ${page}`, 5);

  expect(asked(names, 'select 1000', 9).at(-1)).toBeUndefined();
  expect(asked(names, 'select 7', 1).at(-1)).toBeDefined();
});

test('a forgotten name is not used again', () => {
  const names = new PreparedNames();
  const first = asked(names, 'select 1', 5).at(-1);

  names.forget('select 1');

  const later = asked(names, 'select 1', 5);
  expect(later[0]).toBeUndefined();
  expect(later.at(-1)).not.toBe(first);
});

test('what has to be planned for its values is never prepared', () => {
  const names = new PreparedNames();
  const text = sql`select 1 where ${plannedByValue}true`.compile(compiler).sql;

  expect(asked(names, text, 9).at(-1)).toBeUndefined();
});
