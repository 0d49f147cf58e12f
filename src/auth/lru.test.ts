import { expect, test } from 'vitest';
import { LruMap } from './lru.ts';

test('the entry used longest ago goes first', () => {
  const map = new LruMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);

  map.get('a');
  map.set('c', 3);

  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
});

test('the weight of all entries stays within the limit', () => {
  const map = new LruMap<number, string>(100);

  for (let i = 0; i < 1000; i++) map.set(i, 'x', 1 + (i % 40));

  expect(map.weight).toBeLessThanOrEqual(100);
  expect(map.size).toBeGreaterThan(1);
});

test('setting a key again replaces its weight', () => {
  const map = new LruMap<string, string>(100);

  map.set('a', 'x', 60);
  map.set('a', 'y', 30);

  expect([map.weight, map.size, map.get('a')]).toEqual([30, 1, 'y']);
});

test('an entry heavier than the limit is not kept and drives nothing else out', () => {
  const map = new LruMap<string, string>(10);
  map.set('a', 'x', 5);

  map.set('b', 'y', 11);

  expect([map.get('a'), map.get('b')]).toEqual(['x', undefined]);
});

test('entries are dropped by what they hold', () => {
  const map = new LruMap<string, number>(10);
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['c', 1],
  ] as const)
    map.set(key, value);

  map.deleteWhere((value) => value === 1);

  expect([map.size, map.weight, map.get('b')]).toEqual([1, 1, 2]);
});
