import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { Given, Source } from './given.ts';
import { fromHarbor, isHarborFile } from './harbor-yml.ts';
import { liveNames, liveSetting, variableOfLive } from './live-start.ts';
import { documentationOf, keyOf, settingNames, variableOf } from './naming.ts';
import type { SettingName } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that are no settings: the file itself, and what the test suites use. */
const otherVariables = /^MOORAGE_(?:CONFIG|TEST_.*)$/;

/** An empty variable counts as absent: compose files pass `MOORAGE_PORT=` for what nobody has set. */
export function fromEnvironment(env: Environment): Source {
  const source: Source = { values: new Map(), live: new Map(), warnings: [], problems: [] };
  const known = new Set<string>();
  const read = (variable: string, secret: boolean): Given | undefined => {
    known.add(variable);
    if (secret) known.add(`${variable}_FILE`);
    return fromVariable(env, variable, secret, source.problems);
  };
  for (const name of settingNames) {
    const secret = documentationOf(name).secret !== undefined;
    const given = read(variableOf(name), secret) ?? fromHarborVariable(env, name);
    if (given !== undefined) source.values.set(name, given);
  }
  for (const name of liveNames) {
    const given = read(variableOfLive(name), liveSetting(name).type === 'password');
    if (given !== undefined) source.live.set(name, given);
  }
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('MOORAGE_') || known.has(variable) || otherVariables.test(variable)) continue;
    source.warnings.push(`${variable} is not a setting and has no effect${suggestion(variable, [...known])}`);
  }
  return source;
}

/** A YAML file of our own keys, or Harbor's harbor.yml as it is. */
export function fromFile(path: string): Source {
  const source: Source = { values: new Map(), live: new Map(), warnings: [], problems: [] };
  const document = readYaml(path, source.problems);
  if (document === undefined) return source;
  if (isHarborFile(document)) return fromHarbor(document, path);
  const names = new Map(settingNames.map((name) => [keyOf(name), name]));
  for (const [key, value] of Object.entries(document)) {
    const [name, live] = [names.get(key), liveNames.find((one) => one === key)];
    const given: Given = { value, from: `${key} in ${path}` };
    if (name === undefined && live === undefined) {
      const known = [...names.keys(), ...liveNames];
      source.warnings.push(`${path}: ${key} is not a setting and has no effect${suggestion(key, known)}`);
    } else if (value !== null && value !== '') {
      if (name !== undefined) source.values.set(name, given);
      if (live !== undefined) source.live.set(live, given);
    }
  }
  return source;
}

/** The variable itself, or for a secret the file that `…_FILE` names, as container platforms mount secrets. */
function fromVariable(
  env: Environment,
  variable: string,
  secret: boolean,
  problems: string[],
): Given | undefined {
  const value = env[variable];
  const file = secret ? env[`${variable}_FILE`] : undefined;
  if (!file) return value ? { value, from: variable } : undefined;
  if (value) {
    problems.push(`${variable} and ${variable}_FILE are both set: remove one of them`);
    return undefined;
  }
  const from = `${variable}_FILE (${file})`;
  try {
    const content = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (content !== '') return { value: content, from };
    problems.push(`${from} is empty: write the value into it, or remove the variable`);
  } catch (error) {
    problems.push(
      `${from} cannot be read (${reasonOf(error)}): check that the file is there and may be read`,
    );
  }
  return undefined;
}

/** Harbor: the one variable of its own that charts and compose files of its users set. */
function fromHarborVariable(env: Environment, name: SettingName): Given | undefined {
  const value = name === 'configOverwriteJson' ? env['CONFIG_OVERWRITE_JSON'] : undefined;
  return value ? { value, from: 'CONFIG_OVERWRITE_JSON' } : undefined;
}

function readYaml(path: string, problems: string[]): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(
      `the configuration file ${path} cannot be read (${reasonOf(error)}): check the path given by --config or MOORAGE_CONFIG`,
    );
    return undefined;
  }
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    problems.push(`${path} is not valid YAML at line ${line} (${error.code}): correct it there`);
    return undefined;
  }
  return asMapping(() => document.toJS({ maxAliasCount: 100 }), path, problems);
}

function asMapping(
  read: () => unknown,
  path: string,
  problems: string[],
): Record<string, unknown> | undefined {
  let content: unknown;
  try {
    content = read();
  } catch {
    problems.push(`${path} uses YAML aliases to excess: write the values out`);
    return undefined;
  }
  if (content === null || content === undefined) return {};
  if (typeof content === 'object' && !Array.isArray(content)) return { ...content };
  problems.push(`${path} must be a YAML mapping of settings, for instance "port: 8080"`);
  return undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function suggestion(written: string, known: readonly string[]): string {
  const nearest = known.find((name) => isOneSlipAway(written, name));
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/** One character more, less or other, two neighbours swapped, or nothing but underscores and case. */
function isOneSlipAway(a: string, b: string): boolean {
  const plain = (text: string) => text.replaceAll(/[_-]/g, '').toLowerCase();
  if (plain(a) === plain(b)) return true;
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [restA, restB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const swapped = restA.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
  return swapped || Math.max(restA.length, restB.length) <= 1;
}
