import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const dist = `${import.meta.dirname}/../../portal/dist`;
const manifest = `${dist}/.vite/manifest.json`;

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

const chunks: Record<string, Chunk> = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};

/** A chunk, what it needs, and their styles. */
function filesOf(name: string, files = new Set<string>()): Set<string> {
  const chunk = chunks[name];
  if (!chunk || files.has(chunk.file)) return files;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const needed of chunk.imports ?? []) filesOf(needed, files);
  return files;
}

const kilobytes = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + readFileSync(`${dist}/${file}.gz`).length, 0) / 1024;

const signIn = () => ['index.html', 'src/pages/sign-in/en-us.json'];

const started = () => new Set(signIn().flatMap((name) => [...filesOf(name)]));

test.skipIf(!existsSync(manifest))('the sign-in page with one language is at most 190 KB of gzip', () => {
  const size = kilobytes(started());

  console.log(`sign-in page: ${size.toFixed(1)} KB`);
  expect(signIn().filter((name) => !chunks[name])).toEqual([]);
  expect(size).toBeLessThanOrEqual(190);
});

test.skipIf(!existsSync(manifest))('every later page adds at most 90 KB of gzip', () => {
  const later = Object.keys(chunks).filter((name) => /^src\/pages\/.*\.tsx$/.test(name));

  const sizes = later.map((name) => [name, kilobytes(filesOf(name).difference(started()))] as const);
  for (const [name, size] of sizes) console.log(`${name}: ${size.toFixed(1)} KB`);
  expect(sizes.length).toBeGreaterThan(3);
  expect(sizes.filter(([, size]) => size > 90)).toEqual([]);
});

test.skipIf(!existsSync(manifest))('all of it without the languages is at most 750 KB of gzip', () => {
  const spoken = Object.keys(chunks).filter((name) => !/\/[a-z]{2}-[a-z]{2}\.json$/.test(name));
  const files = new Set(spoken.flatMap((name) => [chunks[name]?.file ?? '', ...(chunks[name]?.css ?? [])]));

  const size = kilobytes([...files].filter((file) => /\.(js|css)$/.test(file)));

  console.log(`all chunks without languages: ${size.toFixed(1)} KB (goal 750)`);
  expect(size).toBeGreaterThan(190);
  expect(size).toBeLessThanOrEqual(750);
});
