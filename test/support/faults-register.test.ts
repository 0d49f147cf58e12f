import { expect, test } from 'vitest';
import { type Operation, orderViolations } from './faults-register.ts';

const write = (value: string, began: number, ended: number): Operation => ({
  kind: 'write',
  value,
  began,
  ended,
});
const read = (value: string, began: number, ended: number): Operation => ({
  kind: 'read',
  value,
  began,
  ended,
});

test('reads that return the latest write fit', () => {
  expect(orderViolations([write('a', 0, 1), read('a', 2, 3), write('b', 4, 5), read('b', 6, 7)])).toEqual([]);
});

test('a read during a write may return the old or the new value', () => {
  const during = [write('a', 0, 1), write('b', 2, 9), read('b', 3, 4), read('b', 5, 6)];

  expect(orderViolations(during)).toEqual([]);
  expect(orderViolations([write('a', 0, 1), write('b', 2, 9), read('a', 3, 4)])).toEqual([]);
});

test('a value that is read after another one has certainly replaced it does not fit', () => {
  const stale = [write('a', 0, 1), write('b', 2, 3), read('a', 4, 5)];

  expect(orderViolations(stale)).toEqual(['b came and went while a stayed']);
});

test('two reads that see two writes in opposite orders do not fit', () => {
  const torn = [write('a', 0, 10), write('b', 0, 10), read('a', 1, 2), read('b', 3, 4), read('a', 5, 6)];

  expect(orderViolations(torn)).toEqual(['b came and went while a stayed']);
});

test('two values that both certainly stayed over the same time do not fit', () => {
  const both = [write('a', 0, 1), read('a', 4, 5), write('b', 2, 3), read('b', 6, 7)];

  expect(orderViolations(both)).toEqual(['b came while a stayed']);
});

test('a value that nobody wrote, or that was read before, does not fit', () => {
  expect(orderViolations([read('x', 0, 1)])).toEqual(['x was read and never written']);
  expect(orderViolations([read('a', 0, 1), write('a', 2, 3)])).toEqual(['a was read before it was written']);
});
