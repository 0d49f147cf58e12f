import { join } from 'node:path';
import type { S3Settings, StorageSettings } from '#src/storage/settings.ts';

/** What a storage URL cannot say for itself. */
export interface StorageSurroundings {
  /** The data folder, absolute. */
  data: string;
  /** From AWS_REGION or AWS_DEFAULT_REGION. */
  region?: string | undefined;
}

export class StorageUrlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StorageUrlError';
  }
}

interface Option {
  description: string;
  /** Reads the decoded text into the settings; throws StorageUrlError with the rule. */
  read: (text: string, settings: S3Settings) => void;
  /** The text that `read` would turn into these settings; undefined leaves the option out. */
  write: (settings: S3Settings) => string | undefined;
  secret?: true;
}

const redacted = '********';
const units: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** The options of an s3:// URL, in the order in which they are documented and written. */
export const s3Options: Readonly<Record<string, Option>> = {
  region: {
    description: 'Region of the bucket. Default: AWS_REGION or AWS_DEFAULT_REGION, else us-east-1.',
    read: (text, settings) => (settings.region = text),
    write: (settings) => settings.region,
  },
  endpoint: {
    description: 'URL of an S3-compatible server. Default: AWS itself.',
    read: (text, settings) => (settings.endpoint = readEndpoint(text)),
    write: (settings) => settings.endpoint,
  },
  path_style: {
    description:
      'Bucket in the path instead of the host name. Default: true with an endpoint, false for AWS.',
    read: (text, settings) => (settings.pathStyle = readBoolean('path_style', text)),
    write: (settings) => String(settings.pathStyle),
  },
  redirect: {
    description:
      'Send clients to the bucket with a signed URL instead of passing the bytes on. false when they cannot reach it. Default: true.',
    read: (text, settings) => (settings.redirect = readBoolean('redirect', text)),
    write: (settings) => String(settings.redirect),
  },
  sse: {
    description: 'Server-side encryption: AES256, aws:kms or aws:kms:dsse. Default: as the bucket is set up.',
    read: (text, settings) => (settings.sseAlgorithm = readAlgorithm(text)),
    write: (settings) => settings.sseAlgorithm,
  },
  kms_key_id: {
    description: "Key for aws:kms. Default: the account's key for S3.",
    read: (text, settings) => (settings.kmsKeyId = text),
    write: (settings) => settings.kmsKeyId,
  },
  storage_class: {
    description: 'Storage class of new objects. Default: as the bucket is set up.',
    read: (text, settings) => (settings.storageClass = text),
    write: (settings) => settings.storageClass,
  },
  part_size: {
    description: 'Size of a part of a large upload, from 5MiB to 5GiB. Default: 16MiB.',
    read: (text, settings) => (settings.partSize = readPartSize(text)),
    write: (settings) => settings.partSize?.toString(),
  },
  access_key_id: {
    description:
      'Static key. Default: what the AWS SDK finds in environment, files, web identity, container or instance.',
    read: (text, settings) => (settings.accessKeyId = text),
    write: (settings) => settings.accessKeyId,
  },
  secret_access_key: {
    description: 'Goes with access_key_id.',
    read: (text, settings) => (settings.secretAccessKey = text),
    write: (settings) => settings.secretAccessKey,
    secret: true,
  },
  session_token: {
    description: 'Goes with temporary keys.',
    read: (text, settings) => (settings.sessionToken = text),
    write: (settings) => settings.sessionToken,
    secret: true,
  },
  ca_bundle: {
    description: 'PEM file of further certificate authorities to trust.',
    read: (text, settings) => (settings.caBundle = text),
    write: (settings) => settings.caBundle,
  },
  skip_verify: {
    description: 'true accepts any certificate: for tests only. Default: false.',
    read: (text, settings) => (settings.skipVerify = readBoolean('skip_verify', text)),
    write: (settings) => (settings.skipVerify === undefined ? undefined : String(settings.skipVerify)),
  },
};

/** Throws StorageUrlError; its message holds no secret. */
export function parseStorageUrl(text: string, surroundings: StorageSurroundings): StorageSettings {
  if (text === 'filesystem') return { driver: 'filesystem', root: join(surroundings.data, 'storage') };
  if (text === 'memory') return { driver: 'memory' };
  if (text.startsWith('file:')) return { driver: 'filesystem', root: readFileUrl(text) };
  if (text.startsWith('s3:')) return parseS3(text, surroundings);
  throw new StorageUrlError('must be filesystem, file:///folder, or s3://bucket/prefix?options');
}

/** The URL that would give these settings, with its secrets redacted. */
export function formatStorageUrl(settings: StorageSettings): string {
  switch (settings.driver) {
    case 'memory':
      return 'memory';
    case 'filesystem':
      return `file://${encodePath(settings.root)}`;
    case 's3': {
      const options = Object.entries(s3Options).flatMap(([name, option]) => {
        const value = option.write(settings);
        if (value === undefined) return [];
        return [`${name}=${option.secret ? redacted : encodeURIComponent(value)}`];
      });
      const prefix = settings.prefix === '' ? '' : `/${encodePath(settings.prefix)}`;
      return `s3://${settings.bucket}${prefix}?${options.join('&')}`;
    }
  }
}

function parseS3(text: string, surroundings: StorageSurroundings): S3Settings {
  if (text.includes('#')) throw new StorageUrlError('may not contain #; write it as %23');
  const match = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,254})(?:\/([^?]*))?(?:\?(.*))?$/.exec(text);
  if (match === null) throw new StorageUrlError('must name a bucket: s3://bucket/prefix?options');
  const [, bucket = '', prefix = '', query = ''] = match;
  const options = readQuery(query);
  const settings: S3Settings = {
    driver: 's3',
    bucket,
    prefix: readPrefix(prefix),
    region: surroundings.region ?? 'us-east-1',
    pathStyle: options.has('endpoint'),
    redirect: true,
  };
  for (const [name, value] of options) s3Options[name]?.read(value, settings);
  checkTogether(settings);
  return settings;
}

/** Not URLSearchParams: it turns the + of a secret key into a blank. */
function readQuery(query: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!Object.hasOwn(s3Options, name)) {
      throw new StorageUrlError(
        `has an option that does not exist, ${JSON.stringify(name.slice(0, 40))}; there are ${Object.keys(s3Options).join(', ')}`,
      );
    }
    if (options.has(name)) throw new StorageUrlError(`gives ${name} twice`);
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1), name);
    if (value === '') throw new StorageUrlError(`gives ${name} without a value; leave it out or give one`);
    options.set(name, value);
  }
  return options;
}

function checkTogether(settings: S3Settings): void {
  if ((settings.accessKeyId === undefined) !== (settings.secretAccessKey === undefined)) {
    throw new StorageUrlError('must have both access_key_id and secret_access_key, or neither');
  }
  if (settings.sessionToken !== undefined && settings.accessKeyId === undefined) {
    throw new StorageUrlError('has a session_token without access_key_id and secret_access_key');
  }
  if (settings.kmsKeyId !== undefined && !settings.sseAlgorithm?.startsWith('aws:kms')) {
    throw new StorageUrlError('has a kms_key_id, which needs sse=aws:kms or sse=aws:kms:dsse');
  }
}

function readFileUrl(text: string): string {
  const path = /^file:\/\/(\/.+)$/.exec(text)?.[1];
  if (path === undefined) throw new StorageUrlError('must name an absolute folder: file:///srv/blobs');
  return decode(path, 'the folder');
}

function readPrefix(text: string): string {
  const prefix = decode(text, 'the prefix').replace(/^\/+|\/+$/g, '');
  const parts = prefix === '' ? [] : prefix.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new StorageUrlError('must have a prefix without empty parts, . and ..');
  }
  return prefix;
}

function readEndpoint(text: string): string {
  if (!/^https?:\/\/[^/?#@\s]+\/?$/.test(text)) {
    throw new StorageUrlError(
      'must have an endpoint of the form https://host:port, without path and credentials',
    );
  }
  return text.replace(/\/$/, '');
}

function readBoolean(name: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new StorageUrlError(`must have true or false for ${name}`);
  return text === 'true';
}

function readAlgorithm(text: string): NonNullable<S3Settings['sseAlgorithm']> {
  if (text === 'AES256' || text === 'aws:kms' || text === 'aws:kms:dsse') return text;
  throw new StorageUrlError('must have AES256, aws:kms or aws:kms:dsse for sse');
}

/** S3's own limits for a part of a multipart upload: 5 MiB to 5 GiB. */
function readPartSize(text: string): number {
  const match = /^(\d{1,13})(KiB|MiB|GiB)?$/.exec(text);
  const size = Number(match?.[1]) * (units[match?.[2] ?? ''] ?? Number.NaN);
  if (!(size >= 5 * 1024 ** 2 && size <= 5 * 1024 ** 3)) {
    throw new StorageUrlError('must have a part_size from 5MiB to 5GiB, in bytes or with KiB, MiB or GiB');
  }
  return size;
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StorageUrlError(`has a % in ${what} that begins no %XX; write a % as %25`);
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
