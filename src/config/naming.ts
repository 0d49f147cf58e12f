import type { SettingDocumentation } from './documentation.ts';
import { type SettingName, settingsSchema } from './settings.ts';

// Object.keys forgets the keys' type; the schema is their only source.
export const settingNames = Object.keys(settingsSchema.properties) as SettingName[];

/** TypeBox's types do not carry the words of `says`; every property of the schema has them. */
export function documentationOf(name: SettingName): SettingDocumentation {
  return settingsSchema.properties[name] as unknown as SettingDocumentation;
}

/** `externalUrl` → `external_url`, as in the configuration file. */
export function keyOf(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `externalUrl` → `MOORAGE_EXTERNAL_URL`. */
export function variableOf(name: SettingName): string {
  return `MOORAGE_${keyOf(name).toUpperCase()}`;
}
