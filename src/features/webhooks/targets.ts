import { randomUUID } from 'node:crypto';
import { open, seal } from '#src/auth/sealing.ts';
import { eventTypes } from '#src/events/emit.ts';
import { Failure } from '#src/failures.ts';
import type { TargetRow } from './webhooks.store.ts';

export const notifyTypes = ['http', 'slack'] as const;
export const payloadFormats = ['Default', 'CloudEvents'] as const;

type Given<T> = T | null | undefined;

export interface GivenTarget {
  readonly type?: Given<string>;
  readonly address?: Given<string>;
  readonly auth_header?: Given<string>;
  readonly skip_cert_verify?: Given<boolean>;
  readonly payload_format?: Given<string>;
  readonly secret?: Given<string>;
}

export interface GivenPolicy {
  readonly name?: Given<string>;
  readonly description?: Given<string>;
  readonly targets?: Given<readonly GivenTarget[]>;
  readonly event_types?: Given<readonly string[]>;
  readonly enabled?: Given<boolean>;
}

/** A target as it was given and found right. */
export interface CheckedTarget {
  readonly type: 'http' | 'slack';
  readonly address: string;
  readonly payload_format: 'Default' | 'CloudEvents' | null;
  readonly skip_cert_verify: boolean;
  readonly auth_header: Given<string>;
  readonly secret: Given<string>;
}

export interface CheckedPolicy {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly event_types: string[];
  readonly targets: readonly CheckedTarget[];
}

/** What is shown instead of a secret, and means in a body that it stays as it is. */
export const mask = '*****';

/** Harbor's rules in its words; everything that is wrong at once. BAD_REQUEST. */
export function checkedPolicy(given: GivenPolicy): CheckedPolicy {
  const problems: string[] = [];
  const name = given.name ?? '';
  if (name.trim() === '') problems.push('a webhook policy needs a name');
  const types = [...new Set(given.event_types ?? [])];
  if (types.length === 0) problems.push('empty event type');
  for (const type of types) {
    if (!eventTypes.some((known) => known === type)) problems.push(`unsupported event type ${type}`);
  }
  if ((given.targets ?? []).length === 0) problems.push(`empty notification target with policy ${name}`);
  const targets = (given.targets ?? []).map((target) => checkedTarget(target, name, problems));
  if (problems.length > 0) throw new Failure('BAD_REQUEST', problems.join('; '));
  return {
    name,
    description: given.description ?? '',
    // Harbor: what is not said is false.
    enabled: given.enabled ?? false,
    event_types: types,
    targets,
  };
}

/** One target by itself. BAD_REQUEST. */
export function checkedTargetAlone(given: GivenTarget): CheckedTarget {
  const problems: string[] = [];
  const target = checkedTarget(given, '', problems);
  if (problems.length > 0) throw new Failure('BAD_REQUEST', problems.join('; '));
  return target;
}

function checkedTarget(given: GivenTarget, policy: string, problems: string[]): CheckedTarget {
  const type = notifyTypes.find((known) => known === given.type);
  const format = payloadFormats.find((known) => known === given.payload_format);
  const asked = (given.payload_format ?? '') !== '';
  if (type === undefined) problems.push(`unsupported target type ${given.type ?? ''} with policy ${policy}`);
  if (asked && type === 'slack') problems.push('set payload format is not allowed for slack');
  else if (asked && format === undefined)
    problems.push(`unsupported payload format type: ${given.payload_format}`);
  // Another line would be another header; other controls no server takes.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(given.auth_header ?? ''))
    problems.push('auth_header holds characters that a header cannot have');
  return {
    type: type ?? 'http',
    address: checkedAddress(given.address ?? '', problems),
    payload_format: type === 'slack' ? null : (format ?? 'Default'),
    skip_cert_verify: given.skip_cert_verify ?? false,
    auth_header: given.auth_header,
    secret: given.secret,
  };
}

/** Harbor: http:// where no scheme is given, no slash at the end, and nothing behind a question mark. */
function checkedAddress(given: string, problems: string[]): string {
  const trimmed = given.trim().replace(/\/+$/, '');
  const scheme = /^(.*?):\/\//.exec(trimmed)?.[1];
  const url = URL.parse(scheme === undefined ? `http://${trimmed}` : trimmed);
  if (trimmed === '') problems.push('empty URL');
  else if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    problems.push(`invalid scheme: ${scheme}`);
  else if (url === null) problems.push(`${JSON.stringify(trimmed)} is no address`);
  else if (url.username !== '' || url.password !== '')
    problems.push('an address may not hold a user name or a password: give auth_header instead');
  return url === null ? '' : `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

/**
 * The rows of these targets. One with a known address is the one that was there. Its secrets stay where the body leaves
 * them out or shows stars, go where it says null or "", and never move to another address, whose owner would get to
 * see them (S-103, G-70).
 */
export function targetRows(
  secretKey: Uint8Array,
  targets: readonly CheckedTarget[],
  before: readonly TargetRow[],
): Omit<TargetRow, 'policy_id'>[] {
  const left = [...before];
  return targets.map((target) => {
    const at = left.findIndex(({ address }) => address === target.address);
    const [known] = at < 0 ? [] : left.splice(at, 1);
    const id = known?.id ?? randomUUID();
    const sealed = (name: 'auth_header' | 'secret'): string | null => {
      const given = target[name];
      if (given === undefined || given === mask) return known?.[name] ?? null;
      if (given === null || given === '') return null;
      return seal(secretKey, placeOf(id, name), Buffer.from(given));
    };
    const { type, address, payload_format, skip_cert_verify } = target;
    return {
      id,
      type,
      address,
      payload_format,
      skip_cert_verify,
      auth_header: sealed('auth_header'),
      secret: sealed('secret'),
    };
  });
}

/** The secret of a target, opened; undefined where it has none. */
export function secretOf(
  secretKey: Uint8Array,
  target: Pick<TargetRow, 'id' | 'auth_header' | 'secret'>,
  name: 'auth_header' | 'secret',
): string | undefined {
  const sealed = target[name];
  return sealed === null ? undefined : open(secretKey, placeOf(target.id, name), sealed).toString('utf8');
}

const placeOf = (id: string, name: string) =>
  ({ purpose: 'credential', name: `webhook_target ${id} ${name}` }) as const;
