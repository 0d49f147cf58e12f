import { expect, test } from 'vitest';
import { Attempts, networkOf } from './attempts.ts';
import { HandClock } from './clock.fixture.ts';

function arrange() {
  const clock = new HandClock();
  const attempts = new Attempts(clock);
  const counts = { wrong: 0 };
  const wrong = async (): Promise<string | undefined> => {
    counts.wrong += 1;
    return undefined;
  };
  const right = async (): Promise<string | undefined> => 'ada';
  return { clock, attempts, counts, wrong, right };
}

test('G-53: after a failure the next attempt waits 1.5 s', async () => {
  const { clock, attempts, wrong, right } = arrange();
  await attempts.run('user:3', '10.0.0.1', wrong);

  clock.advance(1_499);
  const early = await attempts.run('user:3', '10.0.0.1', right);
  clock.advance(1);
  const later = await attempts.run('user:3', '10.0.0.1', right);

  expect([early, later]).toEqual([undefined, 'ada']);
});

test('G-53: refused attempts are not carried out and do not prolong the pause', async () => {
  const { clock, attempts, counts, wrong, right } = arrange();
  await attempts.run('user:3', '10.0.0.1', wrong);

  for (let i = 0; i < 14; i++) {
    clock.advance(100);
    await attempts.run('user:3', '10.0.0.1', wrong);
  }
  clock.advance(100);
  const later = await attempts.run('user:3', '10.0.0.1', right);

  expect([counts.wrong, later]).toEqual([1, 'ada']);
});

test('G-53: 10,000 attempts at once are one attempt', async () => {
  const { attempts, counts, wrong } = arrange();

  const results = await Promise.all(
    Array.from({ length: 10_000 }, () => attempts.run('user:3', '10.0.0.1', wrong)),
  );

  expect(counts.wrong).toBe(1);
  expect(results.every((result) => result === undefined)).toBe(true);
});

test('G-53: who fails elsewhere, or for another account, does not lock the owner out', async () => {
  const { attempts, wrong, right } = arrange();
  await attempts.run('user:3', '10.0.0.1', wrong);

  const elsewhere = await attempts.run('user:3', '10.0.0.2', right);
  const other = await attempts.run('user:4', '10.0.0.1', right);

  expect([elsewhere, other]).toEqual(['ada', 'ada']);
});

test('right attempts that arrive together all succeed', async () => {
  const { attempts, right } = arrange();

  const results = await Promise.all(
    Array.from({ length: 50 }, () => attempts.run('user:3', '10.0.0.1', right)),
  );

  expect(results).toEqual(Array.from({ length: 50 }, () => 'ada'));
});

test('a fault is no failed attempt', async () => {
  const { attempts, right } = arrange();
  const fault = attempts.run('user:3', '10.0.0.1', () => Promise.reject(new Error('database down')));
  await expect(fault).rejects.toThrow('database down');

  const next = await attempts.run('user:3', '10.0.0.1', right);

  expect(next).toBe('ada');
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:0DB8::1:0:0:1', '2001:db8:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1::', '1:0:0:0::/64'],
  ['', ''],
])('G-53: %s is of the network %s', (address, network) => {
  const found = networkOf(address);

  expect(found).toBe(network);
});
