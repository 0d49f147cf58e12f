import { stringify } from 'yaml';
import { harborKeys, harborNeedless, harborWithoutEffect } from './harbor-yml.ts';
import { isSecret, liveNames, liveSetting, ruleOf, variableOfLive } from './live-start.ts';
import { documentationOf, keyOf, settingNames, variableOf } from './naming.ts';
import type { SettingName, Settings } from './settings.ts';
import { formatStorageUrl, s3Options } from './storage-url.ts';

const redacted = '********';
const note = 'Written from src/config/settings.ts by `node tools/settings-docs.ts`; edit there.';

/** Query parameters of a database URL that are shown; even the name of another might be part of a secret. */
const harmlessParameters: ReadonlySet<string> = new Set([
  'sslmode',
  'host',
  'port',
  'application_name',
  'uselibpqcompat',
]);

/** The settings as a configuration file without secrets: what `moorage config print` shows. */
export function printable(settings: Settings): string {
  const shown = settingNames.flatMap((name): [string, string | number][] => {
    const value = valueOf(settings, name);
    if (value === undefined) return [];
    const { secret } = documentationOf(name);
    if (secret === 'whole') return [[keyOf(name), redacted]];
    return [[keyOf(name), name === 'databaseUrl' ? withoutSecrets(String(value)) : value]];
  });
  const first = Object.entries(settings.live.first).map(([key, value]) => {
    return [key, isSecret(key) ? redacted : value];
  });
  return stringify(Object.fromEntries([...shown, ...first]), { lineWidth: 0 });
}

function valueOf(settings: Settings, name: SettingName): string | number | undefined {
  if (name === 'storage') return formatStorageUrl(settings.storage);
  if (name === 'configOverwriteJson')
    return settings.live.overwrite && JSON.stringify(settings.live.overwrite);
  return settings[name];
}

/** docs/settings.md. */
export function settingsMarkdown(): string {
  const groups = [...new Set(settingNames.map((name) => documentationOf(name).group))];
  return `# Settings

<!-- ${note} -->

A setting is an environment variable (\`MOORAGE_PORT\`) or a key of the YAML file that \`--config\` or \`MOORAGE_CONFIG\`
names (\`port\`). The variable wins. An empty value counts as none. Settings marked "secret" may also come from a file:
\`MOORAGE_ADMIN_PASSWORD_FILE=/run/secrets/admin\`. Relative paths count from the working folder. A wrong setting stops
the start with every problem listed; \`moorage config print\` shows what would be used, without secrets.

${groups.map((group) => `## ${group}\n\n${table(group)}`).join('\n\n')}

${storageMarkdown()}

${liveMarkdown()}

${harborMarkdown()}
`;
}

/** docs/moorage.sample.yml: every setting, commented out, with its default or an example. */
export function sampleConfig(): string {
  const head = `# Moorage's configuration file: moorage serve --config moorage.yml
# Every key may be left out. An environment variable wins over its key. Details: docs/settings.md
# ${note}
`;
  const settings = settingNames.map((name) => {
    const { description, default: fallback, absent, example, secret } = documentationOf(name);
    const secretNote = secret === undefined ? '' : ` Better given by ${variableOf(name)}_FILE.`;
    const text = `${description}${absent === undefined ? '' : ` Without it: ${absent}.`}${secretNote}`;
    return `${wrap(text)}\n#${stringify({ [keyOf(name)]: fallback ?? example ?? 'change-me' }).trimEnd()}\n`;
  });
  return `${head}\n${settings.join('\n')}`;
}

function table(group: string): string {
  const names = settingNames.filter((name) => documentationOf(name).group === group);
  return ['| Setting | Without it | Meaning |', '|---|---|---|', ...names.map(row)].join('\n');
}

function row(name: SettingName): string {
  const { description, rule, default: fallback, absent, example, secret } = documentationOf(name);
  const marks = secret === undefined ? '' : '<br>secret';
  const without = fallback === undefined ? (absent ?? '') : `\`${fallback}\``;
  const written = example === undefined ? '' : ` Example: \`${example}\`.`;
  return `| \`${variableOf(name)}\`<br>\`${keyOf(name)}\`${marks} | ${without} | ${description} It ${rule}.${written} |`;
}

function storageMarkdown(): string {
  return `### Values of \`MOORAGE_STORAGE\`

- \`filesystem\`: the folder \`storage\` in the data folder.
- \`file:///srv/blobs\`: another folder. Its parent must be there already, so that an unmounted volume is noticed.
- \`s3://bucket/prefix?option=value&…\`: a bucket of S3 or of a server with its API. Values are percent-encoded.
- \`memory\`: gone when the process ends; for tests.

| Option of \`s3://\` | Meaning |
|---|---|
${Object.entries(s3Options)
  .map(([name, option]) => `| \`${name}\` | ${option.description} |`)
  .join('\n')}`;
}

function liveMarkdown(): string {
  const rows = liveNames.map((name) => {
    const { default: usual, type, api } = liveSetting(name);
    const marks = `${type === 'password' ? '<br>secret' : ''}${api === 'none' ? '<br>not in the API' : ''}`;
    const without = usual === '' ? '' : `\`${usual}\``;
    return `| \`${variableOfLive(name)}\`<br>\`${name}\`${marks} | ${without} | It ${ruleOf(name)}. |`;
  });
  return `## What administrators change while the registry runs

These are Harbor's own configuration keys with Harbor's meaning: \`PUT /api/v2.0/configurations\` and the portal change
them for every replica at once. Variable and key give the value until an administrator sets another one; with
\`MOORAGE_CONFIG_OVERWRITE_JSON\` the registry sets them at every start, and administrators cannot.

| Setting | Without it | Values |
|---|---|---|
${rows.join('\n')}`;
}

function harborMarkdown(): string {
  const list = (keys: readonly string[]) => keys.map((key) => `\`${key}\``).join(', ');
  return `## Harbor's harbor.yml

\`--config harbor.yml\` takes Harbor's file as it is.

| Key | Becomes |
|---|---|
${Object.entries(harborKeys)
  .map(([key, effect]) => `| \`${key}\` | ${effect} |`)
  .join('\n')}

Not needed, and passed over in silence: ${list(harborNeedless)}.

Without effect in this version, and named in one warning at start: ${list(harborWithoutEffect)}.

Any other key is reported as unknown. Azure, GCS, Swift and OSS storage stop the start.`;
}

/** Only what is known to be harmless is shown; a URL that cannot be taken apart is not shown at all. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return redacted;
  const { protocol, username, password, host, pathname, searchParams } = new URL(url);
  if (!/^(?:\/[\w.%-]*)?$/.test(pathname)) return redacted;
  const login =
    username === '' && password === '' ? '' : `${username}${password === '' ? '' : `:${redacted}`}@`;
  const shown = [...searchParams]
    .filter(([name]) => harmlessParameters.has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (shown.length < searchParams.size) shown.push(redacted);
  return `${protocol}//${login}${host}${pathname}${shown.length > 0 ? `?${shown.join('&')}` : ''}`;
}

/** Comment lines of at most 100 characters. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length > 96) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}
