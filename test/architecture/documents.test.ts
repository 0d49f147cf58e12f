import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = `${import.meta.dirname}/../..`;
const record = readFileSync(`${root}/docs/decisions/0009-runtime-dependencies.md`, 'utf8');

/** The packages in the first column of the record's table; one row may name two that belong together. */
const reasoned = [...record.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
);

test('each runtime dependency has its reason in decision 9, and there are at most twenty', () => {
  const names = Object.keys(manifest.dependencies);

  expect(names.length).toBeGreaterThan(5);
  expect(reasoned.toSorted()).toEqual(names.toSorted());
  expect(names.length).toBeLessThanOrEqual(20);
});

test('versions are exact', () => {
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };

  expect(
    Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  ).toEqual([]);
});

test('the decisions are numbered without gaps, and each is half a page of context, decision and cost', () => {
  const files = globSync('docs/decisions/*.md', { cwd: root }).toSorted();

  const found = files.map((file) => {
    const text = readFileSync(`${root}/${file}`, 'utf8');
    return {
      number: Number(/\/(\d{4})-/.exec(file)?.[1]),
      title: Number(/^# (\d+)\. /.exec(text)?.[1]),
      parts: [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part),
      short: text.split('\n').length <= 50,
    };
  });

  expect(found.length).toBeGreaterThanOrEqual(12);
  expect(found).toEqual(
    found.map((_, index) => ({
      number: index + 1,
      title: index + 1,
      parts: ['Context', 'Decision', 'Cost'],
      short: true,
    })),
  );
});

test.each([
  ['README.md', 80],
  ['ARCHITECTURE.md', 200],
  ['CONTRIBUTING.md', 100],
])('%s has at most %d lines, or nobody reads it', (file, most) => {
  expect(readFileSync(`${root}/${file}`, 'utf8').split('\n').length - 1).toBeLessThanOrEqual(most);
});
