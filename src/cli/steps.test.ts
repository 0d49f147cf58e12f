import { expect, test } from 'vitest';
import { stepsOf } from './steps.ts';

const run = (attributes: object, tasks: Record<string, number>) => ({
  execution: { extra_attrs: { total: 900 }, result: { ...attributes } },
  tasks,
});

test('a run that counts what it does shows that, not its one task', () => {
  const steps = stepsOf(run({ done: 10, skipped: 2, failed: 1 }, { Running: 1 }));

  expect(steps).toEqual({ done: 13, total: 900, what: 'items' });
});

test('a run of several tasks shows those that have ended', () => {
  const steps = stepsOf(run({ total: 5 }, { Success: 2, Error: 1, Running: 1, Pending: 4 }));

  expect(steps).toEqual({ done: 3, total: 8, what: 'tasks' });
});

test('a run of one task that counts nothing, or has no end in sight, shows that it goes on', () => {
  const waiting = stepsOf(run({}, { Pending: 1 }));
  const going = stepsOf(run({ purged_entries: 5_000, dropped_months: 0 }, { Running: 1 }));

  expect([waiting, going]).toEqual([
    { busy: 'waiting for a process that runs it' },
    { busy: '5000 purged entries, 0 dropped months' },
  ]);
});
