import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '#src/failures.ts';
import { ContentMemory } from './content-memory.ts';

const memory = (limit = 100) => new ContentMemory<number>({ enabled: true, limit });

test('what was kept is answered', () => {
  const known = memory();

  known.expect('p/r')?.keep('latest', 1);

  expect(known.get('p/r', 'latest')).toBe(1);
  expect(known.get('p/other', 'latest')).toBeUndefined();
});

test('nothing is answered while the repository is being written', async () => {
  const known = memory();
  known.expect('p/r')?.keep('latest', 1);

  const during = await known.changing('p/r', async () => known.get('p/r', 'latest'));

  expect(during).toBeUndefined();
  expect(known.get('p/r', 'latest')).toBeUndefined();
});

test('an answer fetched before a write and arriving after it is not kept', async () => {
  const known = memory();
  const expected = known.expect('p/r');

  await known.changing('p/r', async () => undefined);
  expected?.keep('latest', 1);

  expect(known.get('p/r', 'latest')).toBeUndefined();
});

test('a write that fails forgets as well: it may have been committed', async () => {
  const known = memory();
  known.expect('p/r')?.keep('latest', 1);

  await expect(known.changing('p/r', () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');

  expect(known.get('p/r', 'latest')).toBeUndefined();
});

test('after a write of unknown outcome nothing is kept until a minute after the database has answered', async () => {
  const clock = { now: 0 };
  const known = new ContentMemory<number>({ enabled: true, limit: 100, now: () => clock.now });
  const keptAt = (now: number) => {
    clock.now = now;
    known.expect('p/r')?.keep('latest', 1);
    return known.get('p/r', 'latest');
  };

  await known.changing('p/r', () => Promise.reject(new Error('cut'))).catch(() => undefined);

  expect([3_600_000, 3_659_999, 3_660_000].map(keptAt)).toEqual([undefined, undefined, 1]);
});

test.each([new Failure('DENIED', 'no'), Object.assign(new Error('quota'), { code: 'MRQ01' })])(
  'a write that was refused (%s) leaves no doubt',
  async (refusal) => {
    const known = memory();

    await known.changing('p/r', () => Promise.reject(refusal)).catch(() => undefined);
    known.expect('p/r')?.keep('latest', 1);

    expect(known.get('p/r', 'latest')).toBe(1);
  },
);

test('an answer fetched before its repository was pushed out of memory is not kept', () => {
  const known = memory(2);
  const expected = known.expect('p/a');
  known.expect('p/b');
  known.expect('p/c');

  expected?.keep('latest', 1);

  expect(known.get('p/a', 'latest')).toBeUndefined();
});

test('after a change by another process nothing is believed, nor what was asked before it', () => {
  const known = memory();
  known.expect('p/r')?.keep('latest', 1);
  const asked = known.expect('p/r');

  known.forgetAll();
  asked?.keep('v1', 1);

  expect([known.get('p/r', 'latest'), known.get('p/r', 'v1')]).toEqual([undefined, undefined]);
  known.expect('p/r')?.keep('latest', 2);
  expect(known.get('p/r', 'latest')).toBe(2);
});

test('where others write too nothing is kept', () => {
  const known = new ContentMemory<number>({ enabled: false, limit: 10 });

  expect(known.expect('p/r')).toBeUndefined();
  expect(known.get('p/r', 'latest')).toBeUndefined();
});

test('a reader never sees a value older than the last acknowledged write, whatever the order of steps', async () => {
  // One register in a "database"; readers fetch and keep in two steps, a writer writes in three.
  const step = fc.constantFrom('fetch', 'keep', 'begin', 'commit', 'acknowledge', 'read');

  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const known = memory();
      let stored = 0;
      let acknowledged = 0;
      const fetched: (() => void)[] = [];
      let writing: { end: () => void; done: Promise<void> } | undefined;
      for (const one of steps) {
        if (one === 'fetch') {
          const expected = known.expect('p/r');
          const value = stored;
          fetched.push(() => expected?.keep('latest', value));
        } else if (one === 'keep') fetched.shift()?.();
        else if (one === 'begin' && !writing) {
          const { promise, resolve } = Promise.withResolvers<void>();
          writing = { end: resolve, done: known.changing('p/r', () => promise) };
        } else if (one === 'commit' && writing) stored += 1;
        else if (one === 'acknowledge' && writing) {
          writing.end();
          await writing.done;
          writing = undefined;
          acknowledged = stored;
        } else if (one === 'read') {
          expect(known.get('p/r', 'latest') ?? stored).toBeGreaterThanOrEqual(acknowledged);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});
