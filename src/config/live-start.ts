import type { Given } from './given.ts';
import { type LiveName, type LiveSetting, liveSettings, type StoredSettings } from './live.ts';

// Object.keys forgets the keys' type; the table is their only source.
export const liveNames = Object.keys(liveSettings) as LiveName[];

export const liveSetting = (name: LiveName): LiveSetting => liveSettings[name];

/** Whether there is a setting of that name whose value is shown to nobody. */
export function isSecret(name: string): boolean {
  return liveNames.some((one) => one === name && liveSetting(one).type === 'password');
}

/** `read_only` → `MOORAGE_READ_ONLY`. */
export function variableOfLive(name: LiveName): string {
  return `MOORAGE_${name.toUpperCase()}`;
}

export function readFirst(given: ReadonlyMap<LiveName, Given>, problems: string[]): StoredSettings {
  const entries = [...given].flatMap(([name, { value, from }]) => checked(name, value, from, problems));
  return Object.fromEntries(entries);
}

/** Harbor's CONFIG_OVERWRITE_JSON. */
export function readOverwrite(
  { value, from }: Given,
  problems: string[],
  warnings: string[],
): StoredSettings | undefined {
  const members = membersOf(value);
  if (members === undefined) {
    problems.push(`${from} is not shown here: it must be a JSON object of settings, {"read_only": true}`);
    return undefined;
  }
  const entries = Object.entries(members).flatMap(([key, written]) => {
    const name = liveNames.find((one) => one === key);
    if (name !== undefined) return checked(name, written, `${key} in ${from}`, problems);
    warnings.push(`${from}: ${JSON.stringify(key)} is not a setting and has no effect`);
    return [];
  });
  return Object.fromEntries(entries);
}

function membersOf(text: unknown): object | undefined {
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function checked(name: LiveName, written: unknown, from: string, problems: string[]): [LiveName, unknown][] {
  const value = asTyped(liveSetting(name), written);
  const reason = value === undefined ? typeRule(liveSetting(name)) : problemOf(name, value);
  if (reason === undefined) return [[name, value]];
  const shown =
    liveSetting(name).type === 'password'
      ? 'is not shown here'
      : `is ${JSON.stringify(written)?.slice(0, 200)}`;
  problems.push(`${from} ${shown}: it ${reason}`);
  return [];
}

/** Continues "it …" when a value of the right type breaks the setting's rule. */
export function problemOf(name: LiveName, value: unknown): string | undefined {
  const { type, rule } = liveSetting(name);
  if (rule === undefined) return undefined;
  const fits = type === 'int' ? rule.fits(Number(value)) : rule.fits(String(value));
  return fits ? undefined : rule.says;
}

/** What a setting takes, for people. */
export function ruleOf(name: LiveName): string {
  return liveSetting(name).rule?.says ?? typeRule(liveSetting(name));
}

function typeRule({ type }: LiveSetting): string {
  if (type === 'bool') return 'must be true or false';
  return type === 'int' ? 'must be a whole number' : 'must be text (in quotes, if it looks like a number)';
}

/** Variables are text, whatever they mean; in YAML and JSON people quote numbers, and write maps as maps. */
function asTyped({ type }: LiveSetting, written: unknown): boolean | number | string | undefined {
  if (type === 'bool') {
    if (written === true || /^(?:true|1|yes|on)$/i.test(String(written))) return true;
    return written === false || /^(?:false|0|no|off)$/i.test(String(written)) ? false : undefined;
  }
  if (type === 'int') {
    const plain = typeof written === 'number' || /^\s*-?\d+(?:\.\d+)?(?:e\+?\d+)?\s*$/i.test(String(written));
    return plain && Number.isSafeInteger(Number(written)) ? Number(written) : undefined;
  }
  if (typeof written === 'string') return written;
  return typeof written === 'object' && written !== null ? JSON.stringify(written) : undefined;
}
