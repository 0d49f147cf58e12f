import { type Static, Type } from 'typebox';
import type { StorageSettings } from '#src/storage/settings.ts';
import { says } from './documentation.ts';
import type { LiveAtStart } from './live.ts';
import { outgoingSettings } from './settings-outgoing.ts';
import { upkeepSettings } from './settings-upkeep.ts';

const basics = { group: 'Basics' };
const listening = { group: 'Listening' };
const database = { group: 'Database' };
const storage = { group: 'Storage' };
const security = { group: 'Security' };
const operation = { group: 'Operation' };

const port = { minimum: 0, maximum: 65_535 };
const portRule = 'must be a port, a whole number from 1 to 65535 (0 lets the system choose one)';

/**
 * The one schema: names, types, defaults, rules and documentation. A setting `externalUrl` is the environment
 * variable MOORAGE_EXTERNAL_URL and the key `external_url` of the configuration file.
 */
export const settingsSchema = Type.Object({
  data: Type.String({
    minLength: 1,
    ...says({
      ...basics,
      description:
        'Folder for everything that this installation keeps: the embedded database, blobs, keys. One process only.',
      rule: 'must be the path of a folder',
      default: './data',
      example: '/var/lib/moorage',
      path: true,
    }),
  }),
  externalUrl: Type.Optional(
    Type.String({
      pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\s]+/?$',
      ...says({
        ...basics,
        description:
          'The address under which clients reach the registry; tokens, links and redirects are made with it. Needed behind a proxy or load balancer.',
        rule: 'must be http:// or https://, a host and perhaps a port, without a path',
        absent: 'the scheme of the listener and the host that the client asked for',
        example: 'https://registry.example.com',
      }),
    }),
  ),
  adminPassword: Type.Optional(
    Type.String({
      pattern: '^(?=[^]*[a-z])(?=[^]*[A-Z])(?=[^]*[0-9])[^]{8,128}$',
      ...says({
        ...basics,
        description:
          'Password of the user `admin`. Read at the first start only; later it is changed like any other.',
        rule: 'must have 8 to 128 characters with a lower-case letter, an upper-case letter and a digit',
        absent: 'a random one is made at the first start and printed once',
        secret: 'whole',
      }),
    }),
  ),

  host: Type.Optional(
    Type.String({
      pattern: '^[0-9A-Za-z.:_%-]+$',
      ...says({
        ...listening,
        description: 'Address to listen on.',
        rule: 'must be an IP address or a host name, without a port',
        absent: 'every address, IPv4 and IPv6',
        example: '127.0.0.1',
      }),
    }),
  ),
  port: Type.Integer({
    ...port,
    ...says({
      ...listening,
      description:
        'Port of the registry, its API and the portal: HTTPS with a certificate, HTTP without one.',
      rule: portRule,
      default: 8080,
      example: 443,
    }),
  }),
  tlsCertificate: Type.Optional(
    Type.String({
      minLength: 1,
      ...says({
        ...listening,
        description: 'PEM file with the certificate and its chain. Read again when it changes.',
        rule: 'must be the path of a file',
        absent: 'plain HTTP',
        example: '/etc/moorage/tls.crt',
        path: true,
      }),
    }),
  ),
  tlsPrivateKey: Type.Optional(
    Type.String({
      minLength: 1,
      ...says({
        ...listening,
        description: "PEM file with the certificate's private key. Read again when it changes.",
        rule: 'must be the path of a file',
        absent: 'plain HTTP',
        example: '/etc/moorage/tls.key',
        path: true,
      }),
    }),
  ),
  httpPort: Type.Optional(
    Type.Integer({
      ...port,
      ...says({
        ...listening,
        description: 'Only with a certificate: a plain HTTP port that redirects everything to HTTPS (308).',
        rule: portRule,
        absent: 'no redirect',
        example: 80,
      }),
    }),
  ),
  requestTimeoutSeconds: Type.Integer({
    minimum: 5,
    maximum: 3600,
    ...says({
      ...listening,
      description:
        'How long a connection may stay silent in the middle of a request or an answer before it is closed. A slow transfer that keeps moving is never cut.',
      rule: 'must be a whole number of seconds from 5 to 3600',
      default: 120,
      example: 300,
    }),
  }),

  databaseUrl: Type.Optional(
    Type.String({
      pattern: '^postgres(?:ql)?://',
      ...says({
        ...database,
        description: 'PostgreSQL 14 or later. Several replicas share one.',
        rule: 'must be a URL that begins with postgres:// or postgresql://',
        absent: 'a private PostgreSQL is started in the data folder',
        example: 'postgres://moorage:secret@db.example.com:5432/moorage?sslmode=verify-full',
        secret: 'url',
      }),
    }),
  ),
  databasePoolSize: Type.Integer({
    minimum: 2,
    maximum: 1000,
    ...says({
      ...database,
      description: 'Most connections that one worker process opens to the database.',
      rule: 'must be a whole number from 2 to 1000',
      default: 16,
      example: 32,
    }),
  }),

  storage: Type.String({
    minLength: 1,
    ...says({
      ...storage,
      description: 'Where blobs are kept: see "Storage" below.',
      rule: 'must be filesystem, file:///folder, or s3://bucket/prefix?options',
      default: 'filesystem',
      example: 's3://registry-blobs/production?region=eu-central-1',
      secret: 'url',
    }),
  }),
  uploadExpiryHours: Type.Integer({
    minimum: 1,
    maximum: 8760,
    ...says({
      ...storage,
      description:
        'An unfinished upload to which nothing was added for so long is forgotten and its bytes are removed.',
      rule: 'must be a whole number of hours from 1 to 8760',
      default: 168,
      example: 24,
    }),
  }),
  blobLeaseSeconds: Type.Integer({
    minimum: 60,
    maximum: 604_800,
    ...says({
      ...storage,
      description:
        'How long a blob that no manifest names yet is kept after the registry last said that it exists. A push has to send its manifest within that time.',
      rule: 'must be a whole number of seconds from 60 to 604800 (a week)',
      default: 3600,
      example: 7200,
    }),
  }),

  jobWorkers: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    ...says({
      ...operation,
      description: 'How many background jobs (collection, retention, webhooks …) one process runs at a time.',
      rule: 'must be a whole number from 1 to 1000',
      default: 10,
      example: 20,
    }),
  }),
  ...upkeepSettings,
  secretKey: Type.Optional(
    Type.String({
      minLength: 32,
      maxLength: 1024,
      ...says({
        ...security,
        description:
          'Seals the secrets that the database holds. Every replica needs the same one, and without it they are lost. `openssl rand -hex 32` makes one.',
        rule: 'must have 32 to 1024 characters',
        absent: 'made at the first start and kept in the data folder',
        secret: 'whole',
      }),
    }),
  ),
  ...outgoingSettings,

  configOverwriteJson: Type.Optional(
    Type.String({
      ...says({
        ...operation,
        description:
          "A JSON object of the settings that administrators change while the registry runs (below). They are set at every start, and nobody can change any of them through the API or the portal meanwhile. Harbor's variable CONFIG_OVERWRITE_JSON is read too.",
        rule: 'must be a JSON object',
        absent: 'administrators change them',
        secret: 'whole',
      }),
    }),
  ),
  workers: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 256,
      ...says({
        ...operation,
        description: 'Processes that answer requests. With 1, one process does everything.',
        rule: 'must be a whole number from 1 to 256',
        absent: 'one for each processor core beyond two, at least one',
        example: 4,
      }),
    }),
  ),
  shutdownGraceSeconds: Type.Integer({
    minimum: 0,
    maximum: 3600,
    ...says({
      ...operation,
      description: 'After SIGTERM, how long running requests may take to finish.',
      rule: 'must be a whole number of seconds from 0 to 3600',
      default: 30,
      example: 120,
    }),
  }),
  logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
    ...says({
      ...operation,
      description: 'The least important lines that are still logged.',
      rule: 'must be one of trace, debug, info, warn, error, fatal',
      default: 'info',
      example: 'warn',
    }),
  }),
  logFormat: Type.Enum(['auto', 'pretty', 'json'], {
    ...says({
      ...operation,
      description: 'Lines for people (pretty), for programs (json), or by where they go (auto).',
      rule: 'must be one of auto, pretty, json',
      default: 'auto',
      example: 'json',
    }),
  }),
});

/** Values that fit the schema, before they are worked out. */
export type GivenSettings = Static<typeof settingsSchema>;

/** What the program runs with. Plain data: it survives JSON on its way to a worker. Paths are absolute. */
export type Settings = Omit<GivenSettings, 'storage' | 'workers' | 'configOverwriteJson'> & {
  storage: StorageSettings;
  workers: number;
  live: LiveAtStart;
};

export type SettingName = keyof GivenSettings;
