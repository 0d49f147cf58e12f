import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { printable, sampleConfig, settingsMarkdown } from './document.ts';
import { loadSettings } from './load.ts';
import { documentationOf, keyOf, settingNames } from './naming.ts';
import { fromEnvironment } from './sources.ts';

const load = (env: Record<string, string>) => loadSettings({ env, folder: '/srv', cores: 2 }).settings;
const checkedIn = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('docs/settings.md is what node tools/settings-docs.ts writes', () => {
  expect(checkedIn('settings.md')).toBe(settingsMarkdown());
});

test('docs/moorage.sample.yml is what node tools/settings-docs.ts writes', () => {
  expect(checkedIn('moorage.sample.yml')).toBe(sampleConfig());
});

test('every example in the documents is accepted', () => {
  const env = settingNames.flatMap((name): [string, string][] => {
    const { example } = documentationOf(name);
    return example === undefined ? [] : [[`MOORAGE_${keyOf(name).toUpperCase()}`, String(example)]];
  });

  const settings = load(Object.fromEntries(env));

  expect(settings).toMatchObject({ port: 443, httpPort: 80, host: '127.0.0.1', databasePoolSize: 32 });
});

test('the sample, with its comment signs gone, sets every key', () => {
  const uncommented = sampleConfig().replace(/^#(?=\S)/gm, '');

  expect(Object.keys(parse(uncommented))).toEqual(settingNames.map(keyOf));
});

test('the placeholders of secrets in the sample are refused when somebody uses them', () => {
  expect(() => load({ MOORAGE_ADMIN_PASSWORD: 'change-me', MOORAGE_SECRET_KEY: 'change-me' })).toThrow(
    '2 settings are wrong',
  );
});

test('what is printed can be read again, without secrets', () => {
  const settings = load({
    MOORAGE_ADMIN_PASSWORD: 'Hunter-22',
    MOORAGE_SECRET_KEY: 'hunter22'.repeat(4),
    MOORAGE_DATABASE_URL: 'postgres://u:hunter22@h:5/d?sslmode=disable&password=hunter22',
    MOORAGE_STORAGE: 's3://bucket?access_key_id=a&secret_access_key=hunter22',
    MOORAGE_EXTERNAL_URL: 'https://reg.example',
    MOORAGE_TLS_CERTIFICATE: 'c',
    MOORAGE_TLS_PRIVATE_KEY: 'k',
  });

  const printed = printable(settings);

  expect(printed).not.toMatch(/hunter/i);
  expect(parse(printed)).toMatchObject({
    data: '/srv/data',
    external_url: 'https://reg.example',
    admin_password: '********',
    tls_certificate: '/srv/c',
    database_url: 'postgres://u:********@h:5/d?sslmode=disable&********',
    storage: expect.stringMatching(/^s3:\/\/bucket\?.*secret_access_key=\*{8}$/),
    workers: 1,
  });
});

test('the defaults, printed and read again, are the defaults', () => {
  const settings = load({});

  const env = Object.entries(parse(printable(settings))).map(([key, value]) => [
    `MOORAGE_${key.toUpperCase()}`,
    String(value),
  ]);

  expect(load(Object.fromEntries(env))).toEqual(settings);
  expect(fromEnvironment(Object.fromEntries(env)).warnings).toEqual([]);
});

test.each([
  'postgres://u:hun/ter@h/d',
  'postgres://u:12?hunter@h/d',
  'postgres://u:hun#ter@h/d',
  'postgres://u:h@hunter@h/d',
  'postgres://h/d?sslpassword=hunter',
  'postgres://h/hunter:x@d',
])('a database URL with a password in an odd place, %s, is not printed with it', (url) => {
  expect(printable(load({ MOORAGE_DATABASE_URL: url }))).not.toMatch(/hun|ter@/);
});
