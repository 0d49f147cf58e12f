import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { languages } from './languages.ts';
import { pseudoTexts } from './pseudo.ts';

const source = `${import.meta.dirname}/..`;
/** Of a language: `folder key` to its text. */
const texts = new Map(languages.map(({ id }) => [id as string, textsOf(id)]));
const english = texts.get('en-us') ?? new Map<string, string>();
const plural = /_(zero|one|two|few|many|other)$/;

function textsOf(id: string): Map<string, string> {
  const folders = globSync(`${source}/{i18n,components/*,pages/*}/${id}.json`).map((file) => dirname(file));
  return new Map(
    folders.flatMap((folder) => [
      ...flat(JSON.parse(readFileSync(`${folder}/${id}.json`, 'utf8')), `${basename(folder)} `),
    ]),
  );
}

/** `a.b` to the text. */
function flat(tree: object, before = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? [...flat(value, `${before}${key}.`)]
        : [[`${before}${key}`, String(value)] as const],
    ),
  );
}

/** Of `a.b.c`: `a` and `a.b`. */
const beginnings = (key: string) => [...key.matchAll(/\./g)].map(({ index }) => key.slice(0, index));

const placeholders = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort();

/** English's keys, with the plural forms that a language has. */
function expectedOf(tag: string): Set<string> {
  const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
  return new Set(
    [...english.keys()].flatMap((key) =>
      plural.test(key) ? forms.map((form) => key.replace(plural, `_${form}`)) : [key],
    ),
  );
}

test.each(languages)(
  '$name has no text that English has not, and no plural form that is not its own',
  ({ id, tag }) => {
    const expected = expectedOf(tag);

    expect([...(texts.get(id)?.keys() ?? [])].filter((key) => !expected.has(key))).toEqual([]);
  },
);

test('a language is offered when it has every text, and only then', () => {
  const missing = languages.map(({ id, tag }) => {
    const expected = expectedOf(tag);
    const there = texts.get(id) ?? new Map<string, string>();
    const without = [...expected].filter((key) => !there.has(key));
    const percent = Math.floor((100 * (expected.size - without.length)) / expected.size);
    console.log(`${id}: ${percent} % of ${expected.size} texts`);
    return { id, without };
  });

  const offered = languages.filter(({ complete }) => complete).map(({ id }) => id);
  expect(missing.filter(({ without }) => without.length === 0).map(({ id }) => id)).toEqual(offered);
  expect(missing.filter(({ id, without }) => offered.includes(id) && without.length > 0)).toEqual([]);
  expect(offered).toEqual(expect.arrayContaining(['en-us', 'de-de', 'zh-cn']));
});

test.each(languages)('$name loses no placeholder, and no text is empty', ({ id }) => {
  const wrong = [...(texts.get(id) ?? [])].filter(([key, text]) => {
    const source = english.get(key) ?? english.get(key.replace(plural, '_other')) ?? '';
    return text.trim() === '' || placeholders(text).join() !== placeholders(source).join();
  });

  expect(wrong).toEqual([]);
});

test('every text is used', () => {
  const code = globSync(`${source}/**/*.{ts,tsx}`)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  // Keys that are put together: their beginning must be there.
  const used = (named: string) => {
    const key = (named.split(' ')[1] ?? '').replace(plural, '');
    return code.includes(`'${key}'`) || beginnings(key).some((start) => code.includes(`\`${start}.\${`));
  };

  expect([...english.keys()].filter((key) => !used(key))).toEqual([]);
});

// The compiler does not: with as many namespaces as these, a key that there is not is a string to it, too.
test('every key has a text, in the namespace of its file or in those of every page', () => {
  const files = globSync(`${source}/**/*.{ts,tsx}`).filter((file) => !file.endsWith('.test.ts'));
  const missing = files.flatMap((file) => {
    const code = readFileSync(file, 'utf8');
    const own = [...code.matchAll(/useTranslation\('([\w-]+)'\)/g)].map(([, name]) => name);
    const folders = [...own, basename(dirname(file)), 'i18n', 'sign-in'];
    // `t('key'` and what a condition chooses between: `t(open ? 'a' : 'b'`.
    const keys = [...code.matchAll(/\bt\(\s*(?:[^'`()]*\? )?'([\w.-]+)'(?: : '([\w.-]+)')?/g)].flatMap(
      ([, ...found]) => found.filter((key) => key !== undefined),
    );
    const has = (key: string) =>
      folders.some((name) => english.has(`${name} ${key}`) || english.has(`${name} ${key}_other`));
    return keys.filter((key) => !has(key)).map((key) => `${basename(file)}: ${key}`);
  });

  expect(missing).toEqual([]);
});

test('the pseudo-language is longer, and keeps placeholders', () => {
  expect(pseudoTexts({ a: { b: 'Save {{name}}' } })).toEqual({ a: { b: '[Šávé {{name}} ~~~ ~~~ ~~~]' } });
});
