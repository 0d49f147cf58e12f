import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

/** Work that ends when told. */
function hold(gate: Gate, network: string, started: string[]) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = gate.run(network, () => {
    started.push(network);
    return promise;
  });
  return { done, end: resolve };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('no more than the limit run at once, and all run in the end', async () => {
  const gate = new Gate({ running: 2, waiting: 100, waitingEach: 100 });
  let running = 0;
  let most = 0;

  const results = Array.from({ length: 20 }, (_, i) =>
    gate.run('a', async () => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      return i;
    }),
  );

  await expect(Promise.all(results)).resolves.toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(most).toBe(2);
});

test('a network that asks a hundred times does not keep another one waiting', async () => {
  const gate = new Gate({ running: 1, waiting: 200, waitingEach: 200 });
  const started: string[] = [];
  const crowd = Array.from({ length: 100 }, () => hold(gate, 'crowd', started));
  const one = hold(gate, 'one', started);

  for (const work of crowd.slice(0, 2)) {
    work.end();
    await turn();
  }

  expect(started).toEqual(['crowd', 'crowd', 'one']);
  for (const work of [...crowd, one]) work.end();
  await Promise.all([...crowd, one].map(({ done }) => done));
});

test('who finds the queue full is told to come back', async () => {
  const gate = new Gate({ running: 1, waiting: 3, waitingEach: 2 });
  const started: string[] = [];
  const held = [hold(gate, 'a', started), hold(gate, 'a', started), hold(gate, 'a', started)];

  const sameNetwork = gate.run('a', turn);
  const another = hold(gate, 'b', started);
  const third = gate.run('c', turn);

  await expect(sameNetwork).rejects.toMatchObject({
    code: 'TOO_MANY_REQUEST',
    headers: { 'retry-after': '1' },
  });
  await expect(third).rejects.toMatchObject({ code: 'TOO_MANY_REQUEST' });
  for (const work of [...held, another]) work.end();
  await Promise.all([...held, another].map(({ done }) => done));
});

test('work that fails gives its place back', async () => {
  const gate = new Gate({ running: 1, waiting: 10, waitingEach: 10 });

  const results = await Promise.allSettled([
    gate.run('a', () => Promise.reject(new Error('first'))),
    gate.run('a', () => Promise.resolve('second')),
    gate.run('a', () => Promise.resolve('third')),
  ]);

  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});
