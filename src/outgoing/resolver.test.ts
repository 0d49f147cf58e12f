import { expect, test } from 'vitest';
import { createResolver } from './resolver.ts';

test('one name is asked for once at a time, and anew afterwards', async () => {
  let asked = 0;
  const resolve = createResolver(async () => [`192.0.2.${++asked}`]);

  const together = await Promise.all([resolve('a'), resolve('a')]);
  const later = await resolve('a');

  expect(together).toEqual([['192.0.2.1'], ['192.0.2.1']]);
  expect(later).toEqual(['192.0.2.2']);
});

test('two names at a time are asked for, so that slow ones leave threads to others; a failure frees its place', async () => {
  const started: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string[]>>();
  const resolve = createResolver((name) => {
    started.push(name);
    const end = Promise.withResolvers<string[]>();
    ends.set(name, end);
    return end.promise;
  });

  const all = Promise.allSettled(['a', 'b', 'c'].map(resolve));
  const before = [...started];
  ends.get('a')?.reject(new Error('no such name'));
  while (!ends.has('c')) await Promise.resolve();
  for (const end of ends.values()) end.resolve(['192.0.2.1']);

  expect(before).toEqual(['a', 'b']);
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});
