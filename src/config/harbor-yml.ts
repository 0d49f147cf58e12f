import { join } from 'node:path';
import type { Given, Source } from './given.ts';
import type { SettingName } from './settings.ts';

/**
 * Harbor's harbor.yml, accepted as it is. The tables say what becomes of every key of Harbor's template: docs are
 * written from them, and a key in none of them is reported as unknown.
 */

type Tree = Readonly<Record<string, unknown>>;

/** Keys that count, and what they become. */
export const harborKeys: Readonly<Record<string, string>> = {
  hostname: '`external_url`, with the scheme and port of the `http` or `https` section',
  external_url: '`external_url`',
  'http.port': '`port`, or `http_port` when there is an `https` section; 80 when absent',
  'https.port': '`port`; 443 when absent',
  'https.certificate': '`tls_certificate`',
  'https.private_key': '`tls_private_key`',
  'ip_family.ipv6.enabled': 'false: `host: 0.0.0.0`',
  harbor_admin_password: '`admin_password`',
  data_volume: "`data`, in a folder `moorage` below it; Harbor's own folders there are left alone",
  'external_database.harbor.*': '`database_url`',
  'storage_service.s3.*': '`storage`',
  'storage_service.filesystem.rootdirectory':
    "`storage`, unless it is /storage (a path in Harbor's container)",
  'storage_service.ca_bundle': '`storage`, option `ca_bundle`',
  'storage_service.redirect.disable': '`storage`, option `redirect`',
  'log.level': '`log_level`',
  'upload_purging.age': '`upload_expiry_hours`',
  'jobservice.max_job_workers': '`job_workers`',
  'notification.webhook_job_max_retry': '`webhook_attempts`',
  'notification.webhook_job_http_client_timeout': '`webhook_timeout_seconds`',
  'network.allow_private_network_access': 'true: `outgoing_allow: private`',
};

/** Keys about parts that Moorage does not have, such as Redis and the traffic between containers: nothing is lost. */
export const harborNeedless: readonly string[] = [
  '_version',
  'internal_tls.*',
  'database.*',
  'redis.*',
  'external_redis.*',
  'uaa.*',
  'cache.*',
  'core.*',
  'ip_family.*',
  'http.relativeurls',
];

/** Keys whose job nothing in this version does: named in one warning. */
export const harborWithoutEffect: readonly string[] = [
  'https.strong_ssl_ciphers',
  'storage_service.filesystem.maxthreads',
  'external_database.harbor.max_idle_conns',
  'external_database.harbor.max_open_conns',
  'external_database.harbor.conn_max_lifetime',
  'external_database.harbor.conn_max_idle_time',
  'trivy.*',
  'jobservice.max_job_duration_hours',
  'jobservice.job_loggers',
  'jobservice.logger_sweeper_duration',
  'log.local.*',
  'log.external_endpoint.*',
  'proxy.*',
  'metric.*',
  'trace.*',
  'upload_purging.*',
];

const signs = [
  'hostname',
  'data_volume',
  'harbor_admin_password',
  'storage_service',
  'jobservice',
  'http',
  'https',
];

/** None of these is a key of our own file. */
export function isHarborFile(document: Tree): boolean {
  return signs.some((key) => Object.hasOwn(document, key));
}

export function fromHarbor(document: Tree, path: string): Source {
  const values = new Map<SettingName, Given>();
  const source: Source = {
    values,
    live: new Map(),
    warnings: unused(document, path),
    problems: [],
  };
  const give = (name: SettingName, key: string, value: unknown) => {
    if (value !== undefined && value !== null && value !== '')
      values.set(name, { value, from: `${key} in ${path}` });
  };
  listening(document, path, source, give);
  give('adminPassword', 'harbor_admin_password', document['harbor_admin_password']);
  if (document['harbor_admin_password'] === 'Harbor12345') {
    source.warnings.push(`${path}: harbor_admin_password is the one that everybody knows; choose another`);
  }
  dataFolder(document, path, source, give);
  give('databaseUrl', 'external_database', databaseUrl(tree(document['external_database'], 'harbor')));
  storageUrl(document, path, source, give);
  give('logLevel', 'log.level', logLevel(tree(document['log'])['level']));
  give('uploadExpiryHours', 'upload_purging.age', hours(tree(document['upload_purging'])['age']));
  give('jobWorkers', 'jobservice.max_job_workers', tree(document['jobservice'])['max_job_workers']);
  outgoing(document, give);
  return source;
}

function outgoing(document: Tree, give: Give): void {
  const { webhook_job_max_retry: attempts, webhook_job_http_client_timeout: seconds } = tree(
    document['notification'],
  );
  give('webhookAttempts', 'notification.webhook_job_max_retry', attempts);
  give('webhookTimeoutSeconds', 'notification.webhook_job_http_client_timeout', seconds);
  if (isTrue(tree(document['network'])['allow_private_network_access']))
    give('outgoingAllow', 'network.allow_private_network_access', 'private');
}

type Give = (name: SettingName, key: string, value: unknown) => void;

function listening(document: Tree, path: string, source: Source, give: Give): void {
  const [http, https] = [tree(document['http']), tree(document['https'])];
  const tls = Object.hasOwn(document, 'https') && document['https'] !== null;
  const port = tls ? (https['port'] ?? 443) : (http['port'] ?? 80);
  give('port', tls ? 'https.port' : 'http.port', port);
  if (tls) {
    give('tlsCertificate', 'https.certificate', https['certificate']);
    give('tlsPrivateKey', 'https.private_key', https['private_key']);
    if (!https['certificate'] || !https['private_key']) {
      source.problems.push(
        `${path}: https needs both certificate and private_key; give both, or remove https`,
      );
    }
    if (Object.hasOwn(document, 'http')) give('httpPort', 'http.port', http['port'] ?? 80);
  }
  if (tree(document['ip_family'], 'ipv6')['enabled'] === false)
    give('host', 'ip_family.ipv6.enabled', '0.0.0.0');
  const { external_url: external, hostname } = document;
  if (external) give('externalUrl', 'external_url', external);
  else if (hostname === 'reg.mydomain.com' || hostname === '127.0.0.1') {
    source.problems.push(
      `${path}: hostname is ${hostname}, which no client can use; write the name under which clients reach the registry`,
    );
  } else if (hostname) {
    const usual = tls ? 443 : 80;
    const suffix = Number(port) === usual ? '' : `:${text(port)}`;
    give('externalUrl', 'hostname', `${tls ? 'https' : 'http'}://${text(hostname)}${suffix}`);
  }
}

/** Harbor's PostgreSQL files lie in `database/` there, and ours must not meet them. */
function dataFolder(document: Tree, path: string, source: Source, give: Give): void {
  const volume = document['data_volume'];
  if (typeof volume !== 'string' || volume === '') return give('data', 'data_volume', volume);
  const folder = join(volume, 'moorage');
  give('data', 'data_volume', folder);
  source.warnings.push(
    `${path}: data is kept in ${folder}; Harbor's own folders in ${volume} are left alone`,
  );
}

/** `require` of Harbor's driver encrypts without checking the certificate; pg does that only when told so. */
function databaseUrl(database: Tree): string | undefined {
  const {
    host,
    port = 5432,
    db_name: name = 'registry',
    username = 'postgres',
    password,
    ssl_mode: mode,
  } = database;
  if (!host) return undefined;
  const login = password ? `${part(username)}:${part(password)}` : part(username);
  const ssl =
    mode === 'require' ? '?uselibpqcompat=true&sslmode=require' : mode ? `?sslmode=${part(mode)}` : '';
  return `postgres://${login}@${text(host)}:${text(port)}/${part(name)}${ssl}`;
}

function storageUrl(document: Tree, path: string, source: Source, give: Give): void {
  const service = tree(document['storage_service']);
  const drivers = ['filesystem', 's3', 'azure', 'gcs', 'swift', 'oss'].filter((name) => service[name]);
  const foreign = drivers.filter((name) => name !== 'filesystem' && name !== 's3');
  if (drivers.length > 1) {
    source.problems.push(`${path}: storage_service has ${drivers.join(' and ')}; keep one of them`);
  } else if (foreign.length > 0) {
    source.problems.push(
      `${path}: storage_service.${foreign.join()} is not supported; use s3 or filesystem, or an S3 gateway before it`,
    );
  } else if (drivers[0] === 's3') {
    give('storage', 'storage_service.s3', s3Url(service));
  } else {
    const root = tree(service['filesystem'])['rootdirectory'];
    if (root && root !== '/storage') {
      give('storage', 'storage_service.filesystem', `file://${text(root).split('/').map(part).join('/')}`);
    }
  }
}

/** The options of the distribution project's S3 driver, which Harbor passes on. */
function s3Url(service: Tree): string {
  const s3 = tree(service['s3']);
  const endpoint = s3['regionendpoint'] ? withScheme(text(s3['regionendpoint']), s3['secure']) : undefined;
  const encrypt = isTrue(s3['encrypt']);
  const options: Record<string, unknown> = {
    region: s3['region'],
    endpoint,
    path_style: s3['forcepathstyle'],
    redirect: isTrue(tree(service['redirect'])['disable']) ? 'false' : undefined,
    sse: encrypt ? (s3['keyid'] ? 'aws:kms' : 'AES256') : undefined,
    kms_key_id: encrypt ? s3['keyid'] : undefined,
    storage_class: s3['storageclass'],
    part_size: s3['chunksize'],
    access_key_id: s3['accesskey'],
    secret_access_key: s3['secretkey'],
    ca_bundle: service['ca_bundle'],
    skip_verify: isTrue(s3['skipverify']) ? 'true' : undefined,
  };
  const query = Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${part(value)}`);
  const prefix = text(s3['rootdirectory'] ?? '').replace(/^\/+|\/+$/g, '');
  return `s3://${text(s3['bucket'] ?? '')}/${prefix.split('/').map(part).join('/')}?${query.join('&')}`;
}

function withScheme(endpoint: string, secure: unknown): string {
  if (/^https?:\/\//.test(endpoint)) return endpoint;
  return `${secure === false || secure === 'false' ? 'http' : 'https'}://${endpoint}`;
}

function logLevel(level: unknown): unknown {
  return level === 'warning' ? 'warn' : level;
}

/** A Go duration such as `168h` or `1h30m`, rounded up; anything else is left for the schema to refuse. */
function hours(age: unknown): unknown {
  if (typeof age !== 'string' || !/^(?:\d+(?:\.\d+)?[hms])+$/.test(age)) return age;
  const seconds = { h: 3600, m: 60, s: 1 };
  const parts = [...age.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * seconds[unit as 'h' | 'm' | 's'],
    0,
  );
  return Math.ceil(total / 3600);
}

/** One warning for what has no effect and one for what nobody knows; needless keys are passed over. */
function unused(document: Tree, path: string): string[] {
  const keys = leaves(document, '');
  const unknown = keys.filter((key) => !matches([...Object.keys(harborKeys), ...harborNeedless], key));
  const idle = keys.filter((key) => matches(harborWithoutEffect, key) && !Object.hasOwn(harborKeys, key));
  const strange = unknown.filter((key) => !matches(harborWithoutEffect, key));
  return [
    ...(idle.length > 0 ? [`${path}: these keys have no effect in this version: ${idle.join(', ')}`] : []),
    ...(strange.length > 0
      ? [`${path}: these keys are unknown and have no effect: ${strange.join(', ')}`]
      : []),
  ];
}

function matches(patterns: readonly string[], key: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('.*')
      ? key === pattern.slice(0, -2) || key.startsWith(pattern.slice(0, -1))
      : key === pattern,
  );
}

/** Dotted paths of everything that has a value. */
function leaves(node: Tree, at: string): string[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (value === null || value === '') return [];
    const path = at === '' ? key : `${at}.${key}`;
    return typeof value === 'object' && !Array.isArray(value) ? leaves(tree(value), path) : [path];
  });
}

/** A mapping, or one of its members that is one; anything else counts as empty. */
function tree(value: unknown, key?: string): Tree {
  const mapping = typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  return key === undefined ? mapping : tree(new Map(Object.entries(mapping)).get(key));
}

/** Harbor reads YAML 1.1, where yes and on are booleans. */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(?:true|yes|on)$/i.test(value));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function part(value: unknown): string {
  return encodeURIComponent(text(value));
}
