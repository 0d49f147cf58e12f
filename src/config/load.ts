import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Value } from 'typebox/value';
import type { StorageSettings } from '#src/storage/settings.ts';
import type { Given, Source } from './given.ts';
import type { LiveAtStart } from './live.ts';
import { readFirst, readOverwrite } from './live-start.ts';
import { documentationOf, settingNames } from './naming.ts';
import { SettingsError } from './problems.ts';
import { type GivenSettings, type SettingName, type Settings, settingsSchema } from './settings.ts';
import { type Environment, fromEnvironment, fromFile } from './sources.ts';
import { parseStorageUrl, StorageUrlError } from './storage-url.ts';

export interface LoadOptions {
  /** process.env when absent; nothing outside this room reads it. */
  env?: Environment;
  /** The argument of `--config`; MOORAGE_CONFIG counts when it is absent. */
  configFile?: string | undefined;
  /** Relative paths count from here; the working folder when absent. */
  folder?: string;
  /** Processor cores; those that this process may use when absent. */
  cores?: number;
}

export interface LoadedSettings {
  settings: Settings;
  /** For the log at start: what was written but has no effect, and what is unwise. No secrets. */
  warnings: string[];
}

/**
 * Environment over configuration file over defaults. Throws SettingsError with everything that is wrong at once;
 * each problem names the setting, its value unless that is a secret, the rule and the remedy.
 */
export function loadSettings(options: LoadOptions = {}): LoadedSettings {
  const env = options.env ?? process.env;
  const folder = options.folder ?? process.cwd();
  const configFile = options.configFile ?? (env['MOORAGE_CONFIG'] || undefined);
  const file = configFile === undefined ? undefined : fromFile(resolve(folder, configFile));
  const environment = fromEnvironment(env);
  const given = new Map([...(file?.values ?? []), ...environment.values]);
  const problems = [...(file?.problems ?? []), ...environment.problems];

  const values = checkEach(given, problems);
  problems.push(...checkTogether(values));
  const paths = absolutePaths(values, folder);
  const storage = readStorage(paths, given.get('storage'), env, problems);
  const warnings = [...(file?.warnings ?? []), ...environment.warnings];
  const live = readLive(file, environment, given.get('configOverwriteJson'), problems, warnings);
  if (problems.length > 0 || storage === undefined) throw new SettingsError(problems);

  const { configOverwriteJson: _, ...plain } = paths;
  const settings: Settings = {
    ...plain,
    storage,
    live,
    workers: paths.workers ?? Math.max(1, (options.cores ?? availableParallelism()) - 2),
  };
  if (settings.externalUrl !== undefined) settings.externalUrl = new URL(settings.externalUrl).origin;
  return { settings, warnings };
}

function readLive(
  file: Source | undefined,
  environment: Source,
  overwrite: Given | undefined,
  problems: string[],
  warnings: string[],
): LiveAtStart {
  const first = readFirst(new Map([...(file?.live ?? []), ...environment.live]), problems);
  const all = overwrite && readOverwrite(overwrite, problems, warnings);
  return all === undefined ? { first } : { first, overwrite: all };
}

/** Values that fit their own rule, and defaults for the rest, so that later checks find every setting usable. */
function checkEach(given: ReadonlyMap<SettingName, Given>, problems: string[]): GivenSettings {
  const values: Record<string, unknown> = {};
  for (const name of settingNames) {
    const schema = settingsSchema.properties[name];
    const { default: fallback } = documentationOf(name);
    const written = given.get(name);
    const value = written === undefined ? fallback : toNumber(name, written.value);
    if (written !== undefined && !fits(name, value)) {
      problems.push(refusal(name, written));
      values[name] = fallback;
    } else {
      values[name] = value;
    }
    if (values[name] === undefined) delete values[name];
    if (values[name] !== undefined && !Value.Check(schema, values[name])) {
      throw new Error(`the default of ${name} does not fit its own rule`);
    }
  }
  // Every property was checked against the schema on its own just now, and those with a default are there.
  return values as GivenSettings;
}

/** Environment variables are text, and people quote numbers in YAML; only plain decimal digits count. */
function toNumber(name: SettingName, value: unknown): unknown {
  const isInteger =
    'type' in settingsSchema.properties[name] && settingsSchema.properties[name].type === 'integer';
  return isInteger && typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
}

function fits(name: SettingName, value: unknown): boolean {
  if (name === 'externalUrl' && typeof value === 'string' && !URL.canParse(value)) return false;
  if (documentationOf(name).path && typeof value === 'string' && value.includes('\0')) return false;
  return Value.Check(settingsSchema.properties[name], value);
}

function refusal(name: SettingName, { value, from }: Given): string {
  const { rule, example, secret, default: fallback, absent } = documentationOf(name);
  const shown = secret === undefined ? ` is ${show(value)}` : ' is not shown here';
  const without = fallback === undefined ? absent : `the default, ${fallback}`;
  const quotes = typeof value === 'number' && typeof example === 'string' ? ', and in quotes' : '';
  const instance = example === undefined ? '' : `, for instance ${example}`;
  return `${from}${shown}: it ${rule}${quotes}${instance}; without it: ${without}`;
}

/** People put credentials into URLs of every kind. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.slice(0, 200).replace(/\/\/[^/\s]*@/g, '//********@');
}

function checkTogether(values: GivenSettings): string[] {
  const problems: string[] = [];
  const { tlsCertificate, tlsPrivateKey, httpPort, port } = values;
  if ((tlsCertificate === undefined) !== (tlsPrivateKey === undefined)) {
    const [there, missing] =
      tlsCertificate === undefined
        ? ['MOORAGE_TLS_PRIVATE_KEY', 'MOORAGE_TLS_CERTIFICATE']
        : ['MOORAGE_TLS_CERTIFICATE', 'MOORAGE_TLS_PRIVATE_KEY'];
    problems.push(`${there} is set without ${missing}: HTTPS needs both; set both, or neither for HTTP`);
  }
  if (httpPort !== undefined && tlsCertificate === undefined && tlsPrivateKey === undefined) {
    problems.push(
      'MOORAGE_HTTP_PORT is set without a certificate: it only redirects to HTTPS; set MOORAGE_TLS_CERTIFICATE and MOORAGE_TLS_PRIVATE_KEY, or use MOORAGE_PORT for HTTP',
    );
  }
  if (httpPort !== undefined && httpPort === port && port !== 0) {
    problems.push(`MOORAGE_HTTP_PORT and MOORAGE_PORT are both ${port}: they need two different ports`);
  }
  return problems;
}

function absolutePaths(values: GivenSettings, folder: string): GivenSettings {
  const { data, tlsCertificate, tlsPrivateKey } = values;
  return {
    ...values,
    data: resolve(folder, data),
    ...(tlsCertificate === undefined ? {} : { tlsCertificate: resolve(folder, tlsCertificate) }),
    ...(tlsPrivateKey === undefined ? {} : { tlsPrivateKey: resolve(folder, tlsPrivateKey) }),
  };
}

function readStorage(
  values: GivenSettings,
  given: Given | undefined,
  env: Environment,
  problems: string[],
): StorageSettings | undefined {
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
  try {
    return parseStorageUrl(values.storage, { data: values.data, region });
  } catch (error) {
    if (!(error instanceof StorageUrlError)) throw error;
    problems.push(
      `${given?.from ?? 'the storage'} ${error.message}; "Storage" in docs/settings.md lists the options`,
    );
    return undefined;
  }
}
