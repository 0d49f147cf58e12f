import { expect, test } from 'vitest';
import { History, possibleValues, type Register } from './faults-history.ts';

const only = (history: History): Register => {
  const [register] = history.registers();
  if (!register) throw new Error('nothing was written');
  return register;
};

test('an acknowledged value must be there', () => {
  const history = new History();

  history.begin('tag', 'a', 'v1', 'one').acknowledged();

  expect([...possibleValues(only(history))]).toEqual(['one']);
});

test('of two acknowledged values only the later one is possible', () => {
  const history = new History();

  history.begin('tag', 'a', 'v1', 'one').acknowledged();
  history.begin('tag', 'a', 'v1', 'two').acknowledged();

  expect([...possibleValues(only(history))]).toEqual(['two']);
});

test('writes that overlapped leave either value', () => {
  const history = new History();
  const [one, two] = [history.begin('tag', 'a', 'v1', 'one'), history.begin('tag', 'a', 'v1', 'two')];

  two.acknowledged();
  one.acknowledged();

  expect(possibleValues(only(history))).toEqual(new Set(['one', 'two']));
});

test('a lost answer may have been a success or nothing', () => {
  const history = new History();

  history.begin('manifest', 'a', 'sha256:1', 'there');

  expect([...possibleValues(only(history))]).toEqual(['there', undefined]);
});

test('a lost answer of the past cannot undo what was acknowledged after it was settled', () => {
  const history = new History();
  history.begin('tag', 'a', 'v1', 'lost');
  history.settle();

  history.begin('tag', 'a', 'v1', 'two').acknowledged();

  expect([...possibleValues(only(history))]).toEqual(['two']);
});

test('a refused write leaves nothing, and a copy does not learn of later answers', () => {
  const history = new History();
  history.begin('tag', 'a', 'v1', 'one').refused();
  const attempt = history.begin('tag', 'a', 'v1', 'two');
  const copy = history.copy();

  attempt.acknowledged();

  expect([...possibleValues(only(history))]).toEqual(['two']);
  expect([...possibleValues(only(copy))]).toEqual(['two', undefined]);
});

test('what a check has seen is the only possible value from then on', () => {
  const history = new History();
  history.begin('tag', 'a', 'v1', 'lost');
  history.settle();

  history.seen(only(history), undefined);

  expect([...possibleValues(only(history))]).toEqual([undefined]);
});
