import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings } from './load.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'moorage-harbor-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(content: string) {
  const path = join(folder, 'harbor.yml');
  writeFileSync(path, content);
  return loadSettings({ env: {}, configFile: path, folder, cores: 2 });
}

const plain = 'hostname: reg.example.com\nhttp:\n  port: 80\nharbor_admin_password: Correct-Horse-7\n';

/** The keys of the file that Harbor's installer ships, filled in as an operator would. */
const shipped = `
hostname: reg.example.com
http:
  port: 80
https:
  port: 443
  certificate: /certs/reg.crt
  private_key: /certs/reg.key
  strong_ssl_ciphers: false
harbor_admin_password: Harbor12345
database:
  password: root123
  max_idle_conns: 100
  max_open_conns: 900
  conn_max_lifetime: 5m
  conn_max_idle_time: 0
data_volume: /data
trivy:
  ignore_unfixed: false
  timeout: 5m0s
jobservice:
  max_job_workers: 10
  job_loggers:
    - STD_OUTPUT
    - FILE
notification:
  webhook_job_max_retry: 3
log:
  level: warning
  local:
    rotate_count: 50
    rotate_size: 200M
    location: /var/log/harbor
_version: 2.15.0
proxy:
  http_proxy:
  no_proxy:
  components:
    - core
upload_purging:
  enabled: true
  age: 168h
  interval: 24h
  dryrun: false
cache:
  enabled: false
  expire_hours: 24
`;

test('the file that Harbor ships is taken as it is', () => {
  const { settings, warnings } = load(shipped);

  expect(settings).toMatchObject({
    externalUrl: 'https://reg.example.com',
    port: 443,
    httpPort: 80,
    tlsCertificate: '/certs/reg.crt',
    tlsPrivateKey: '/certs/reg.key',
    adminPassword: 'Harbor12345',
    data: '/data/moorage',
    storage: { driver: 'filesystem', root: '/data/moorage/storage' },
    logLevel: 'warn',
    uploadExpiryHours: 168,
    webhookAttempts: 3,
    webhookTimeoutSeconds: 3,
  });
  expect(warnings).toEqual([
    expect.stringMatching(
      /no effect in this version: https.strong_ssl_ciphers, trivy.ignore_unfixed, .*proxy.components/,
    ),
    expect.stringContaining('the one that everybody knows'),
    expect.stringContaining('data is kept in /data/moorage'),
  ]);
});

test('keys that nobody knows are reported, and only those', () => {
  const { warnings } = load(`${plain}notary: {enabled: true}\nclair:\n  x: 1\nredis: {a: 1}\nhostnam: x\n`);

  expect(warnings).toEqual([
    expect.stringMatching(/unknown and have no effect: notary.enabled, clair.x, hostnam$/),
  ]);
});

describe('the address', () => {
  test.each([
    [plain, 'http://reg.example.com', 80],
    ['hostname: reg.example.com\n', 'http://reg.example.com', 80],
    ['hostname: reg\nhttp: {port: 8080}\n', 'http://reg:8080', 8080],
    ['hostname: reg\nhttps: {port: 8443, certificate: c, private_key: k}\n', 'https://reg:8443', 8443],
    ['hostname: reg\nexternal_url: https://front.example:444\n', 'https://front.example:444', 80],
  ])('of %j', (content, externalUrl, port) => {
    expect(load(content).settings).toMatchObject({ externalUrl, port });
  });

  test('with https alone is not redirected to', () => {
    const { settings } = load('hostname: reg\nhttps: {certificate: c, private_key: k}\n');

    expect(settings).toMatchObject({ port: 443 });
    expect(settings).not.toHaveProperty('httpPort');
  });

  test('is IPv4 alone when IPv6 is off', () => {
    expect(load(`${plain}ip_family: {ipv6: {enabled: false}}\n`).settings.host).toBe('0.0.0.0');
  });

  test.each(['reg.mydomain.com', '127.0.0.1'])('%s is refused', (hostname) => {
    expect(() => load(`hostname: ${hostname}\n`)).toThrow('which no client can use');
  });

  test('with https without its files is refused', () => {
    expect(() => load('hostname: reg\nhttps: {port: 443}\n')).toThrow('both certificate and private_key');
  });
});

describe('the database', () => {
  const outside = (more: string) =>
    `${plain}external_database:\n  harbor:\n    host: db.example\n    username: u@x\n    password: p/w:d\n    db_name: reg\n${more}`;

  test('outside becomes a URL', () => {
    expect(load(outside('    port: 5433\n    ssl_mode: verify-full\n')).settings.databaseUrl).toBe(
      'postgres://u%40x:p%2Fw%3Ad@db.example:5433/reg?sslmode=verify-full',
    );
  });

  test('keeps the meaning of sslmode require: encrypted, certificate not checked', () => {
    expect(load(outside('    ssl_mode: require\n')).settings.databaseUrl).toMatch(
      /\?uselibpqcompat=true&sslmode=require$/,
    );
  });

  test('that Harbor brings along is ours instead', () => {
    expect(load(`${plain}database: {password: root123}\n`).settings).not.toHaveProperty('databaseUrl');
  });
});

describe('storage', () => {
  test('on S3 keeps the names of the distribution driver', () => {
    const { settings } = load(`${plain}storage_service:
  ca_bundle: /ca.crt
  s3:
    accesskey: AK
    secretkey: s+e/c=r&t
    region: eu-central-1
    regionendpoint: minio.example:9000
    bucket: reg
    encrypt: yes
    keyid: my-key
    secure: false
    skipverify: true
    v4auth: true
    chunksize: 10485760
    rootdirectory: /harbor/x
    storageclass: STANDARD
  redirect:
    disable: true
`);

    expect(settings.storage).toEqual({
      driver: 's3',
      bucket: 'reg',
      prefix: 'harbor/x',
      region: 'eu-central-1',
      endpoint: 'http://minio.example:9000',
      pathStyle: true,
      redirect: false,
      sseAlgorithm: 'aws:kms',
      kmsKeyId: 'my-key',
      storageClass: 'STANDARD',
      partSize: 10_485_760,
      accessKeyId: 'AK',
      secretAccessKey: 's+e/c=r&t',
      caBundle: '/ca.crt',
      skipVerify: true,
    });
  });
});

describe('storage in a folder', () => {
  test("of Harbor's container is in the data folder", () => {
    const { settings } = load(
      `${plain}storage_service: {filesystem: {rootdirectory: /storage, maxthreads: 100}}\n`,
    );

    expect(settings.storage).toEqual({ driver: 'filesystem', root: join(folder, 'data', 'storage') });
  });

  test('elsewhere stays there', () => {
    const { settings } = load(`${plain}storage_service: {filesystem: {rootdirectory: /mnt/b lobs}}\n`);

    expect(settings.storage).toEqual({ driver: 'filesystem', root: '/mnt/b lobs' });
  });

  test.each([
    ['{azure: {accountname: x}}', 'storage_service.azure is not supported'],
    ['{s3: {bucket: b}, filesystem: {rootdirectory: /x}}', 'has filesystem and s3'],
    ['{s3: {region: x}}', 'must name a bucket'],
  ])('%s is refused', (service, reason) => {
    expect(() => load(`${plain}storage_service: ${service}\n`)).toThrow(reason);
  });
});

test.each([
  ['1h30m', 2],
  ['90m', 2],
  ['24h', 24],
  ['36', 36],
])('an upload age of %s is %i hours', (age, expected) => {
  expect(load(`${plain}upload_purging: {age: ${age}}\n`).settings.uploadExpiryHours).toBe(expected);
});

test('an upload age that is no duration is refused', () => {
  expect(() => load(`${plain}upload_purging: {age: a week}\n`)).toThrow('upload_purging.age in');
});

test('private networks may be called when the file allows it', () => {
  const { settings } = load(`${plain}network: {allow_private_network_access: true}\n`);

  expect(settings.outgoingAllow).toBe('private');
});
