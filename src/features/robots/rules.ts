import { robotMayHold } from '#src/access/permissions.ts';
import { Failure, together } from '#src/failures.ts';
import { quote } from '#src/oci/quote.ts';

export interface GivenPermission {
  readonly kind?: string | null | undefined;
  readonly namespace?: string | null | undefined;
  readonly access?: readonly (GivenAccess | null)[] | null | undefined;
}

export interface GivenAccess {
  readonly resource?: string | null | undefined;
  readonly action?: string | null | undefined;
  readonly effect?: string | null | undefined;
}

/** A grant whose namespace is still what the client wrote: `/`, `*` or a project's name. */
export interface NamedGrant {
  readonly kind: 'system' | 'project';
  readonly namespace: string;
  readonly resource: string;
  readonly action: string;
  readonly effect: 'allow' | 'deny';
}

const refuse = (message: string) => new Failure('BAD_REQUEST', message);

export function checkedName(name: string): string {
  if (/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name)) return name;
  throw new Failure(
    'BAD_REQUEST',
    `robot name ${quote(name)} is not in lower case or contains illegal characters`,
  );
}

export function checkedDuration(days: number): number {
  if (days === -1 || (days > 0 && days < 2 ** 31 - 1)) return days;
  throw new Failure(
    'BAD_REQUEST',
    `bad request error duration input: ${days}, duration must be either -1(Never) or a positive integer`,
  );
}

export function checkedLevel(level: string): 'system' | 'project' {
  if (level === 'system' || level === 'project') return level;
  throw new Failure(
    'BAD_REQUEST',
    `bad request error level input: ${quote(level)}, level is system or project`,
  );
}

export function checkedReach(given: {
  readonly level?: string | null | undefined;
  readonly permissions?: readonly (GivenPermission | null)[] | null | undefined;
}): [level: 'system' | 'project', grants: NamedGrant[]] {
  const level = checkedLevel(given.level ?? '');
  return [level, checkedGrants(level, given.permissions)];
}

/** Harbor's rules for the grants of a robot (rbac.md section 5), each entry spread out, none twice. */
export function checkedGrants(
  level: 'system' | 'project',
  given: readonly (GivenPermission | null)[] | null | undefined,
): NamedGrant[] {
  if (!given || given.length === 0) throw refuse('bad request empty permission: a robot needs at least one');
  if (level === 'project' && given.length > 1) {
    throw refuse('bad request permission: a robot of level project has exactly one entry, for its project');
  }
  const entries = given.map((permission) => () => {
    if (!permission) throw refuse('bad request empty permission');
    return grantsOf(level, permission);
  });
  const grants = together<NamedGrant[][]>(...entries).flat();
  return [...new Map(grants.map((grant) => [JSON.stringify(Object.values(grant)), grant])).values()];
}

function grantsOf(level: 'system' | 'project', permission: GivenPermission): NamedGrant[] {
  const { access } = permission;
  if (!access || access.length === 0) throw refuse('bad request empty access');
  const kind = permission.kind ?? '';
  if (kind !== 'system' && kind !== 'project') throw refuse(`bad request permission level: ${quote(kind)}`);
  const namespace = permission.namespace ?? '';
  const grants = access.map((one) => () => {
    if (!one) throw refuse('bad request empty access');
    return grantOf(kind, namespace, one);
  });
  const [granted] = together(
    () => together<NamedGrant[]>(...grants),
    () => requireNamespace(level, kind, namespace),
  );
  return granted;
}

function grantOf(kind: 'system' | 'project', namespace: string, given: GivenAccess): NamedGrant {
  const { resource, action } = { resource: given.resource ?? '', action: given.action ?? '' };
  if (!robotMayHold(kind, resource, action)) {
    const asked = quote(`${resource}:${action}`).slice(1, -1);
    throw refuse(`bad request permission: ${asked} cannot be granted to a robot with kind ${kind}`);
  }
  const effect = given.effect || 'allow';
  if (effect !== 'allow' && effect !== 'deny') {
    throw refuse(`bad request permission: effect is allow or deny, not ${quote(effect)}`);
  }
  return { kind, namespace, resource, action, effect };
}

function requireNamespace(level: 'system' | 'project', kind: 'system' | 'project', namespace: string): void {
  if (level === 'project' && (kind !== 'project' || namespace === '*')) {
    throw refuse(
      'bad request permission: the entry of a robot of level project has kind project and names it',
    );
  }
  if (kind === 'system' && namespace !== '/') {
    throw refuse(`unknown namespace ${quote(namespace)}: with kind system it is /`);
  }
}
