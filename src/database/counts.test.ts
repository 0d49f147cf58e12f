import { expect, test } from 'vitest';
import { Counts } from './counts.ts';

/** A query that counts how often it ran. */
function query(total: number, sql = 'select') {
  const asked = { times: 0 };
  const countable = {
    asked,
    total,
    compile: () => ({ sql, parameters: [1, 'a'] }),
    executeTakeFirstOrThrow: async () => {
      asked.times += 1;
      return { total: countable.total };
    },
  };
  return countable;
}

function build() {
  let now = 0;
  const counts = new Counts({ large: 100, elapsed: () => now });
  return { counts, pass: (milliseconds: number) => (now += milliseconds) };
}

test('a page that is not full is the end of the list and needs no count', async () => {
  const { counts } = build();
  const one = query(23);

  const totals = [
    await counts.total({ number: 3, size: 10 }, 3, one),
    await counts.total({ number: 1, size: 10 }, 0, one),
    await counts.total({ number: 1, size: 0 }, 23, one),
  ];

  expect(totals).toEqual([23, 0, 23]);
  expect(one.asked.times).toBe(0);
});

test('a page beyond the end is counted', async () => {
  const { counts } = build();

  expect(await counts.total({ number: 9, size: 10 }, 0, query(23))).toBe(23);
});

test('small counts are asked for each time', async () => {
  const { counts } = build();
  const one = query(100);
  await counts.total({ number: 1, size: 10 }, 10, one);
  one.total = 99;

  expect(await counts.total({ number: 1, size: 10 }, 10, one)).toBe(99);
});

test('a large count is remembered for two seconds, for this question only', async () => {
  const { counts, pass } = build();
  const one = query(101);
  await counts.count(one);
  one.total = 102;

  const [soon, other] = [await counts.count(one), await counts.count(query(7, 'another'))];
  pass(2_000);

  expect([soon, other, await counts.count(one)]).toEqual([101, 7, 102]);
});

test('a remembered count is never less than what the page shows', async () => {
  const { counts } = build();
  await counts.count(query(101));

  expect(await counts.total({ number: 21, size: 5 }, 5, query(105))).toBe(105);
});

test('who finds a large count too old at the same moment shares one new answer', async () => {
  const { counts, pass } = build();
  const one = query(101);
  await counts.count(one);
  pass(3_000);

  await Promise.all([counts.count(one), counts.count(one), counts.count(one)]);

  expect(one.asked.times).toBe(2);
});

test('a count that fails is asked for again', async () => {
  const { counts, pass } = build();
  const one = query(101);
  await counts.count(one);
  pass(3_000);
  const failing = { ...one, executeTakeFirstOrThrow: () => Promise.reject(new Error('lost')) };
  await expect(counts.count(failing)).rejects.toThrow('lost');

  expect(await counts.count(one)).toBe(101);
});

test('numbers beside rows: the large ones are remembered, the others asked for', async () => {
  const { counts } = build();
  const asked: number[][] = [];
  const ask = async (ids: number[]) => {
    asked.push(ids);
    return new Map([
      [1, 5],
      [2, 500],
    ]);
  };
  await counts.each('artifacts', [1, 2, 3], ask);

  const again = await counts.each('artifacts', [1, 2, 3], ask);

  expect([...again]).toEqual([
    [1, 5],
    [2, 500],
    [3, 0],
  ]);
  expect(asked).toEqual([
    [1, 2, 3],
    [1, 3],
  ]);
});

test('who asks while a small count runs gets one that begins later, together with all others who came', async () => {
  const { counts } = build();
  const one = query(1);
  const first = counts.count(one);
  one.total = 2;

  const later = await Promise.all([counts.count(one), counts.count(one), counts.count(one)]);

  expect([await first, later, one.asked.times]).toEqual([1, [2, 2, 2], 2]);
});

test('a count that fails is its askers’ fault alone', async () => {
  const { counts } = build();
  const failing = { ...query(1), executeTakeFirstOrThrow: () => Promise.reject(new Error('gone')) };
  const first = counts.count(failing);

  const later = await counts.count(query(2));

  await expect(first).rejects.toThrow('gone');
  expect([later, await counts.count(query(3))]).toEqual([2, 3]);
});
