import type { ConfigurationsResponse } from '../../../../src/features/configuration/configuration.contract.ts';

/** What a setting is entered with. A number has a unit; -1 bytes are no limit. */
export type Control =
  | { readonly kind: 'switch' | 'text' | 'bytes' | 'events' | 'banner' }
  | { readonly kind: 'number'; readonly unit: 'minutes' | 'hours' | 'days' }
  | { readonly kind: 'choice'; readonly values: readonly ['everyone', 'adminonly'] };

/** The settings that do something today, as they stand on their pages. */
export const controls = {
  self_registration: { kind: 'switch' },
  session_timeout: { kind: 'number', unit: 'minutes' },
  token_expiration: { kind: 'number', unit: 'minutes' },
  robot_name_prefix: { kind: 'text' },
  robot_token_duration: { kind: 'number', unit: 'days' },
  project_creation_restriction: { kind: 'choice', values: ['everyone', 'adminonly'] },
  quota_per_project_enable: { kind: 'switch' },
  storage_per_project: { kind: 'bytes' },
  restore_hours: { kind: 'number', unit: 'hours' },
  read_only: { kind: 'switch' },
  notification_enable: { kind: 'switch' },
  audit_log_forward_endpoint: { kind: 'text' },
  skip_audit_log_database: { kind: 'switch' },
  disabled_audit_log_event_types: { kind: 'events' },
  banner_message: { kind: 'banner' },
} as const satisfies Partial<Record<keyof ConfigurationsResponse, Control>>;

export type Name = keyof typeof controls;
export type Value = string | number | boolean;
export type Draft = Readonly<Partial<Record<Name, Value>>>;

interface Section {
  readonly id: 'signIn' | 'tokens' | 'robots' | 'projects' | 'operation' | 'audit' | 'banner';
  readonly names: readonly Name[];
}

export const authSections: readonly Section[] = [
  { id: 'signIn', names: ['self_registration', 'session_timeout'] },
];

export const systemSections: readonly Section[] = [
  {
    id: 'projects',
    names: ['project_creation_restriction', 'quota_per_project_enable', 'storage_per_project'],
  },
  { id: 'tokens', names: ['token_expiration'] },
  { id: 'robots', names: ['robot_name_prefix', 'robot_token_duration'] },
  { id: 'operation', names: ['read_only', 'restore_hours', 'notification_enable'] },
  {
    id: 'audit',
    names: ['audit_log_forward_endpoint', 'skip_audit_log_database', 'disabled_audit_log_event_types'],
  },
  { id: 'banner', names: ['banner_message'] },
];

export interface Problems {
  readonly fields: Readonly<Partial<Record<Name, string>>>;
  /** What is about no single field. */
  readonly rest: string | undefined;
}

/** What one sentence of the server is about, where it does not begin with the setting's name. */
const beginnings: readonly (readonly [string, Name])[] = [
  ['could not connect to the audit endpoint', 'audit_log_forward_endpoint'],
];

/** The server names every problem at once: `token_expiration must be …; robot_name_prefix must have …`. */
export function problemsIn(message: string): Problems {
  const names = Object.keys(controls) as Name[];
  const about = (text: string) =>
    names.find((name) => text.startsWith(`${name} `)) ??
    beginnings.find(([beginning]) => text.startsWith(beginning))?.[1];
  const fields: Partial<Record<Name, string>> = {};
  const rest: string[] = [];
  for (const part of message.split('; ')) {
    const name = about(part);
    if (name === undefined) rest.push(part);
    else fields[name] = fields[name] === undefined ? part : `${fields[name]}; ${part}`;
  }
  return { fields, rest: rest.length === 0 ? undefined : rest.join('; ') };
}
