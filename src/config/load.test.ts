import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings } from './load.ts';
import { settingNames } from './naming.ts';
import { SettingsError } from './problems.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'moorage-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Env = Record<string, string>;

const load = (env: Env = {}, configFile?: string) => loadSettings({ env, configFile, folder, cores: 2 });

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function problems(env: Env, configFile?: string): readonly string[] {
  try {
    load(env, configFile);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('defaults', () => {
  test('need nothing: paths are absolute, storage is a folder in the data folder', () => {
    const { settings, warnings } = load();

    expect(settings).toEqual({
      data: join(folder, 'data'),
      port: 8080,
      requestTimeoutSeconds: 120,
      databasePoolSize: 16,
      storage: { driver: 'filesystem', root: join(folder, 'data', 'storage') },
      uploadExpiryHours: 168,
      blobLeaseSeconds: 3600,
      tagHistoryDays: 365,
      ledgerDays: 365,
      jobWorkers: 10,
      collectionSeconds: 60,
      outgoingAllow: '',
      webhookAttempts: 15,
      webhookTimeoutSeconds: 3,
      workers: 1,
      shutdownGraceSeconds: 30,
      logLevel: 'info',
      logFormat: 'auto',
      live: { first: {} },
    });
    expect(warnings).toEqual([]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 2],
    [16, 14],
  ])('with %i cores there are %i workers', (cores, workers) => {
    expect(loadSettings({ env: {}, folder, cores }).settings.workers).toBe(workers);
  });

  test('are what process.env and the working folder give when nothing is passed', () => {
    expect(loadSettings().settings.data).toBe(join(process.cwd(), 'data'));
  });
});

describe('the environment', () => {
  test('is read as text and numbers', () => {
    const { settings } = load({
      MOORAGE_PORT: '443',
      MOORAGE_HOST: '::1',
      MOORAGE_EXTERNAL_URL: 'HTTPS://Reg.example/',
    });

    expect(settings).toMatchObject({ port: 443, host: '::1', externalUrl: 'https://reg.example' });
  });

  test('wins over the file', () => {
    const path = file('own.yml', 'port: 1234\nlog_level: warn\n');

    const { settings } = load({ MOORAGE_PORT: '4321' }, path);

    expect(settings).toMatchObject({ port: 4321, logLevel: 'warn' });
  });

  test('may leave a variable empty', () => {
    expect(
      load({ MOORAGE_PORT: '', MOORAGE_DATABASE_URL: '', MOORAGE_SECRET_KEY_FILE: '' }).settings,
    ).toEqual(load().settings);
  });

  test('names the file when --config does not', () => {
    file('named.yml', 'port: 77');

    expect(load({ MOORAGE_CONFIG: 'named.yml' }).settings.port).toBe(77);
  });

  test('is warned about for a variable that does not exist, with the one that was meant', () => {
    const { warnings } = load({
      MOORAGE_PROT: '1',
      MOORAGE_EXTERNALURL: 'x',
      MOORAGE_TEST_LONG: '1',
      OTHER: '1',
    });

    expect(warnings).toEqual([
      'MOORAGE_PROT is not a setting and has no effect; did you mean MOORAGE_PORT?',
      'MOORAGE_EXTERNALURL is not a setting and has no effect; did you mean MOORAGE_EXTERNAL_URL?',
    ]);
  });
});

describe('a secret from a file', () => {
  test.each([
    ['MOORAGE_ADMIN_PASSWORD', 'Sesame-0pen', 'adminPassword'],
    ['MOORAGE_SECRET_KEY', 'k'.repeat(32), 'secretKey'],
    ['MOORAGE_DATABASE_URL', 'postgres://u:p@h/d', 'databaseUrl'],
  ])('%s_FILE is read without its last line break', (variable, content, name) => {
    const path = file(variable, `${content}\n`);

    expect(load({ [`${variable}_FILE`]: path }).settings).toHaveProperty(name, content);
  });

  test('is refused when the plain variable is there too, when it is empty, and when it cannot be read', () => {
    const path = file('secret', 'Sesame-0pen');
    const empty = file('empty', '\n');

    const found = [
      ...problems({ MOORAGE_ADMIN_PASSWORD: 'Sesame-0pen', MOORAGE_ADMIN_PASSWORD_FILE: path }),
      ...problems({ MOORAGE_ADMIN_PASSWORD_FILE: empty }),
      ...problems({ MOORAGE_ADMIN_PASSWORD_FILE: `${path}.nothing` }),
    ];

    expect(found).toEqual([
      expect.stringContaining('are both set'),
      expect.stringContaining('is empty'),
      expect.stringContaining('cannot be read (ENOENT)'),
    ]);
  });
});

describe('what is wrong', () => {
  test('is told all at once, with setting, value, rule and remedy', () => {
    const path = file('wrong.yml', 'workers: many\nlog_format: xml\n');

    const found = problems({ MOORAGE_PORT: '80a', MOORAGE_EXTERNAL_URL: 'https://x/y' }, path);

    expect(found).toEqual([
      'MOORAGE_EXTERNAL_URL is "https://x/y": it must be http:// or https://, a host and perhaps a port, without a path, for instance https://registry.example.com; without it: the scheme of the listener and the host that the client asked for',
      'MOORAGE_PORT is "80a": it must be a port, a whole number from 1 to 65535 (0 lets the system choose one), for instance 443; without it: the default, 8080',
      `workers in ${path} is "many": it must be a whole number from 1 to 256, for instance 4; without it: one for each processor core beyond two, at least one`,
      `log_format in ${path} is "xml": it must be one of auto, pretty, json, for instance json; without it: the default, auto`,
    ]);
  });

  test.each([
    ['MOORAGE_PORT', '-1'],
    ['MOORAGE_PORT', '65536'],
    ['MOORAGE_PORT', '1e3'],
    ['MOORAGE_PORT', '0x50'],
    ['MOORAGE_PORT', '80.5'],
    ['MOORAGE_EXTERNAL_URL', 'reg.example.com'],
    ['MOORAGE_EXTERNAL_URL', 'ftp://reg'],
    ['MOORAGE_EXTERNAL_URL', 'https://reg:port'],
    ['MOORAGE_EXTERNAL_URL', 'https://reg?x'],
    ['MOORAGE_HOST', '1.2.3.4:80/x'],
    ['MOORAGE_DATABASE_URL', 'mysql://h/d'],
    ['MOORAGE_DATABASE_POOL_SIZE', '1'],
    ['MOORAGE_ADMIN_PASSWORD', 'short1A'],
    ['MOORAGE_ADMIN_PASSWORD', 'no-upper-case-1'],
    ['MOORAGE_SECRET_KEY', 'k'.repeat(31)],
    ['MOORAGE_ROBOT_NAME_PREFIX', 'a b'],
    ['MOORAGE_WORKERS', '0'],
    ['MOORAGE_LOG_LEVEL', 'verbose'],
    ['MOORAGE_BLOB_LEASE_SECONDS', '59'],
    ['MOORAGE_STORAGE', 'azure://x'],
    ['MOORAGE_DATA', 'a\0b'],
  ])('%s=%j is refused by name', (variable, value) => {
    expect(problems({ [variable]: value })).toEqual([expect.stringMatching(`^${variable}`)]);
  });
});

describe('what is wrong together', () => {
  test('never shows a secret', () => {
    const found = problems({
      MOORAGE_ADMIN_PASSWORD: 'hunter2',
      MOORAGE_SECRET_KEY: 'hunter2',
      MOORAGE_DATABASE_URL: 'mysql://u:hunter2@h/d',
      MOORAGE_STORAGE: 's3://b?secret_access_key=hunter2&x=hunter2&access_key_id=%hunter2',
      MOORAGE_EXTERNAL_URL: 'https://u:hunter2@reg',
    });

    expect(found).toHaveLength(5);
    expect(found.join()).not.toContain('hunter2');
  });

  test.each<[Env, string]>([
    [{ MOORAGE_TLS_CERTIFICATE: 'c' }, 'without MOORAGE_TLS_PRIVATE_KEY'],
    [{ MOORAGE_TLS_PRIVATE_KEY: 'c' }, 'without MOORAGE_TLS_CERTIFICATE'],
    [{ MOORAGE_HTTP_PORT: '80' }, 'set without a certificate'],
    [
      {
        MOORAGE_TLS_CERTIFICATE: 'c',
        MOORAGE_TLS_PRIVATE_KEY: 'k',
        MOORAGE_HTTP_PORT: '80',
        MOORAGE_PORT: '80',
      },
      'two different ports',
    ],
  ])('%j is refused because settings contradict each other', (env, reason) => {
    expect(problems(env)).toEqual([expect.stringContaining(reason)]);
  });
});

describe('the file', () => {
  test('may set everything, with numbers in quotes and paths from the working folder', () => {
    const path = file(
      'all.yml',
      'data: d\nport: "8443"\ntls_certificate: c.pem\ntls_private_key: /k.pem\nhttp_port: 80\nstorage: file:///b%20lobs\n',
    );

    expect(load({}, path).settings).toMatchObject({
      data: join(folder, 'd'),
      port: 8443,
      tlsCertificate: join(folder, 'c.pem'),
      tlsPrivateKey: '/k.pem',
      httpPort: 80,
      storage: { driver: 'filesystem', root: '/b lobs' },
    });
  });

  test('may leave values empty', () => {
    expect(load({}, file('blank.yml', 'port:\nhost: ""\n')).settings).toEqual(load().settings);
  });

  test('may be empty', () => {
    expect(load({}, file('void.yml', '# nothing\n')).settings).toEqual(load().settings);
  });

  test('is warned about for keys that do not exist', () => {
    const { warnings } = load({}, file('odd.yml', 'ports: 1\nsomething: 2\n'));

    expect(warnings).toEqual([
      expect.stringContaining('ports is not a setting and has no effect; did you mean port?'),
      expect.stringMatching(/something is not a setting and has no effect$/),
    ]);
  });

  test.each([
    ['port: [', 'not valid YAML at line 1'],
    ['a: 1\nport: 1\nport: 2\n', 'not valid YAML at line 3'],
    ['- port', 'must be a YAML mapping'],
    ['8080', 'must be a YAML mapping'],
    ['robot_name_prefix: 123', 'in quotes'],
    ['port: {a: 1}', 'is {"a":1}'],
    ['port: true', 'is true'],
  ])('%j is refused', (content, reason) => {
    expect(problems({}, file('bad.yml', content))).toEqual([expect.stringContaining(reason)]);
  });

  test('that is not there stops the start', () => {
    expect(problems({}, 'nowhere.yml')).toEqual([
      expect.stringContaining('nowhere.yml cannot be read (ENOENT)'),
    ]);
  });
});

test('settings survive JSON, as they do on their way to a worker process', () => {
  const { settings } = load({ MOORAGE_STORAGE: 's3://bucket?endpoint=http://127.0.0.1:9000' });

  expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
});

test('every name in the schema is a setting that can be given', () => {
  expect(settingNames).toContain('externalUrl');
  expect(settingNames).toHaveLength(27);
});
