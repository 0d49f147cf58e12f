import { expect, test } from 'vitest';
import { isNarrowed, type LogSearch, pinned, queryOf, readLogSearch } from './log-search.ts';

const now = new Date('2026-03-08T12:30:15.700Z');

test.each<[LogSearch, string | undefined]>([
  [{}, undefined],
  [{ page: 3, sort: 'op_time' }, undefined],
  [{ user: 'ada', operation: 'delete' }, 'username=~ada,operation=delete'],
  [{ type: 'tag', resource: 'a/b:1,0' }, 'resource_type=tag,resource=~a%2Fb%3A1%200'],
  [{ result: 'failed' }, 'operation_result=false'],
  [{ result: 'done' }, 'operation_result=true'],
  [{ time: '1h' }, 'op_time=[2026-03-08T11:30:15~]'],
  [{ time: '30d' }, 'op_time=[2026-02-06T12:30:15~]'],
  [{ from: '2026-03-01T00:00:00Z' }, 'op_time=[2026-03-01T00:00:00~]'],
  [
    { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' },
    'op_time=[2026-03-01T00:00:00~2026-03-02T00:00:00]',
  ],
])('%o asks for %s', (search, q) => {
  expect(queryOf(search, now)).toBe(q);
});

test.each<[Record<string, unknown>, LogSearch]>([
  [
    { user: 7, resource: true, page: 2, filter: 'x' },
    { user: '7', resource: 'true', page: 2 },
  ],
  [
    { operation: 'delete', type: 'user_group', result: 'failed' },
    { operation: 'delete', type: 'user_group', result: 'failed' },
  ],
  [{ operation: 'a,b=c', type: '~x', result: 'maybe', time: '2y' }, {}],
  [{ time: '7d', from: '2026-03-01T00:00:00Z' }, { time: '7d' }],
  [{ from: '2026-03-01T01:00:00+01:00', to: 'soon' }, { from: '2026-03-01T00:00:00Z' }],
  [{ sort: '-op_time' }, { sort: '-op_time' }],
  [{ sort: 'username' }, {}],
])('of an address with %o remains %o', (search, read) => {
  expect(readLogSearch(search)).toEqual(read);
});

test('a link names the ends of its time', () => {
  const of = (search: LogSearch) => pinned(search, now);

  expect(of({ user: 'ada', time: '1d' })).toEqual({
    user: 'ada',
    from: '2026-03-07T12:30:15Z',
    to: '2026-03-08T12:30:16Z',
  });
  expect(of({ from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' })).toEqual({
    from: '2026-03-01T00:00:00Z',
    to: '2026-03-02T00:00:00Z',
  });
  expect(of({})).toEqual({ to: '2026-03-08T12:30:16Z' });
});

test('a page or an order does not narrow the view', () => {
  expect([isNarrowed({ page: 2, sort: 'op_time' }), isNarrowed({ to: '2026-03-02T00:00:00Z' })]).toEqual([
    false,
    true,
  ]);
});
