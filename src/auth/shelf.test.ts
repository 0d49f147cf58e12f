import { expect, test } from 'vitest';
import { HandClock } from './clock.fixture.ts';
import { Shelf } from './shelf.ts';

function arrange(options: { limit?: number } = {}) {
  const clock = new HandClock();
  const loads: { key: string; answer: (value: string | undefined) => void; fail: (error: Error) => void }[] =
    [];
  const shelf = new Shelf<string, string>({
    limit: options.limit ?? 10,
    keep: 60_000,
    keepAbsent: 2_000,
    clock,
    load: (key) => {
      const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
      loads.push({ key, answer: resolve, fail: reject });
      return promise;
    },
  });
  shelf.trust(true);
  return { clock, loads, shelf };
}

test('what was asked once is known for 60 s', async () => {
  const { clock, loads, shelf } = arrange();
  const asked = shelf.get('a');
  loads[0]?.answer('one');
  await asked;

  clock.advance(59_999);
  const known = shelf.peek('a');
  clock.advance(1);
  const old = shelf.peek('a');

  expect([known, old]).toEqual(['one', 'unknown']);
});

test('that there is no such thing is known for 2 s', async () => {
  const { clock, loads, shelf } = arrange();
  const asked = shelf.get('a');
  loads[0]?.answer(undefined);
  await asked;

  clock.advance(1_999);
  const known = shelf.peek('a');
  clock.advance(1);
  const old = shelf.peek('a');

  expect([known, old]).toEqual([undefined, 'unknown']);
});

test('who asks together asks once', async () => {
  const { loads, shelf } = arrange();

  const asked = Promise.all([shelf.get('a'), shelf.get('a'), shelf.get('a')]);
  loads[0]?.answer('one');

  expect(await asked).toEqual(['one', 'one', 'one']);
  expect(loads).toHaveLength(1);
});

test('an answer that was on its way when the thing changed is not kept, and nobody new waits for it', async () => {
  const { loads, shelf } = arrange();
  const before = shelf.get('a');
  shelf.forget('a');

  const after = shelf.get('a');
  loads[1]?.answer('new');
  loads[0]?.answer('old');

  expect([await before, await after, shelf.peek('a')]).toEqual(['old', 'new', 'new']);
});

test('a late answer from before the change does not replace the newer one', async () => {
  const { loads, shelf } = arrange();
  const before = shelf.get('a');
  shelf.forgetAll();
  loads[0]?.answer('old');
  await before;

  const known = shelf.peek('a');

  expect(known).toBe('unknown');
});

test('while it is not trusted everybody asks and nothing is kept', async () => {
  const { loads, shelf } = arrange();
  shelf.trust(false);

  const asked = Promise.all([shelf.get('a'), shelf.get('a')]);
  for (const load of loads) load.answer('one');

  expect(await asked).toEqual(['one', 'one']);
  expect([loads.length, shelf.peek('a')]).toEqual([2, 'unknown']);
});

test('an answer asked for while not trusted is not kept when trust comes back meanwhile', async () => {
  const { loads, shelf } = arrange();
  shelf.trust(false);
  const asked = shelf.get('a');
  shelf.trust(true);
  loads[0]?.answer('old');
  await asked;

  const known = shelf.peek('a');

  expect(known).toBe('unknown');
});

test('a failed question fails for all who wait, and the next one asks again', async () => {
  const { loads, shelf } = arrange();
  const asked = Promise.allSettled([shelf.get('a'), shelf.get('a')]);
  loads[0]?.fail(new Error('database down'));
  const results = await asked;

  const again = shelf.get('a');
  loads[1]?.answer('one');

  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await again).toBe('one');
});

test('names of nothing drive out at most what fits', async () => {
  const { loads, shelf } = arrange({ limit: 3 });

  for (let i = 0; i < 100; i++) {
    const asked = shelf.get(`nothing-${i}`);
    loads[i]?.answer(undefined);
    await asked;
  }

  const known = Array.from({ length: 100 }, (_, i) => shelf.peek(`nothing-${i}`)).filter(
    (one) => one !== 'unknown',
  );
  expect(known).toHaveLength(3);
});

test('what weighs more leaves room for less', async () => {
  const shelf = new Shelf<string, string>({
    limit: 10,
    weigh: (value) => value.length,
    keep: 60_000,
    keepAbsent: 2_000,
    clock: new HandClock(),
    load: async (key) => key,
  });
  shelf.trust(true);

  for (const key of ['aaaa', 'bbbb', 'cccc']) await shelf.get(key);

  expect(['aaaa', 'bbbb', 'cccc'].map((key) => shelf.peek(key))).toEqual(['unknown', 'bbbb', 'cccc']);
});
