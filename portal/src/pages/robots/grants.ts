import type { Access, ProjectPermission } from '../../../../src/access/permissions.ts';
import type { RobotPermission } from '../../../../src/features/robots/robots.contract.ts';

/** What a robot may do in one place: the whole registry (`/`), every project (`*`), or the project of that name. */
export interface Scope {
  readonly kind: 'system' | 'project';
  readonly namespace: string;
  /** `resource:action`. */
  readonly granted: ReadonlySet<string>;
  /** Only the API sets denials. They are kept as they are. */
  readonly denied: readonly string[];
}

export type Preset = 'none' | 'read' | 'pull' | 'push' | 'ci' | 'full';

/** In the order in which they are offered. */
export const presetsOf = {
  system: ['none', 'read', 'full'],
  project: ['pull', 'push', 'ci', 'full'],
} as const;

const pull: readonly ProjectPermission[] = ['repository:pull'];
const push: readonly ProjectPermission[] = [...pull, 'repository:push'];
const ci: readonly ProjectPermission[] = [
  ...push,
  'accessory:list',
  'artifact:list',
  'artifact:read',
  'artifact-addition:read',
  'artifact-label:create',
  'label:list',
  'label:read',
  'repository:list',
  'repository:read',
  'sbom:create',
  'sbom:read',
  'scan:create',
  'scan:read',
  'tag:create',
  'tag:list',
];

export const keyOf = ({ resource = '', action = '' }: Partial<Access>): string => `${resource}:${action}`;

const accessOf = (key: string, effect: 'allow' | 'deny') => {
  const [resource = '', action = ''] = key.split(':');
  return { resource, action, effect };
};

/** `offered` is what GET /permissions names for that kind. */
export function grantsOf(preset: Preset, offered: readonly string[]): ReadonlySet<string> {
  const fixed = { none: [], pull, push, ci };
  if (preset === 'full') return new Set(offered);
  if (preset === 'read') return new Set(offered.filter((key) => /:(?:read|list)$/.test(key)));
  return new Set(fixed[preset]);
}

/** The preset that is exactly this; undefined when there is none. */
export function presetOf({ kind, granted }: Scope, offered: readonly string[]): Preset | undefined {
  return presetsOf[kind].find((preset) => {
    const wanted = grantsOf(preset, offered);
    // What is offered may not be known to who only looks.
    return (
      wanted.size === granted.size && (wanted.size > 0 || preset === 'none') && wanted.isSubsetOf(granted)
    );
  });
}

export function scopesOf(permissions: readonly RobotPermission[]): Scope[] {
  return permissions.map(({ kind, namespace = '', access }) => {
    const [denied = [], allowed = []] = [true, false].map((deny) =>
      access.filter(({ effect }) => (effect === 'deny') === deny).map(keyOf),
    );
    return { kind: kind === 'system' ? 'system' : 'project', namespace, granted: new Set(allowed), denied };
  });
}

/** A place in which there is nothing to say is left out: the server refuses it. */
export function permissionsOf(scopes: readonly Scope[]) {
  return scopes
    .map(({ kind, namespace, granted, denied }) => ({
      kind,
      namespace,
      access: [
        ...[...granted].map((key) => accessOf(key, 'allow')),
        ...denied.map((key) => accessOf(key, 'deny')),
      ],
    }))
    .filter(({ access }) => access.length > 0);
}

const usualActions = ['list', 'read', 'create', 'update', 'delete', 'pull', 'push', 'stop'];

/** Resources as rows, actions as columns; not every cell is there. */
export function matrixOf(offered: readonly string[]): { resources: string[]; actions: string[] } {
  const pairs = offered.map((key) => key.split(':'));
  const present = new Set(pairs.map(([, action = '']) => action));
  const actions = [
    ...usualActions.filter((action) => present.has(action)),
    ...present.difference(new Set(usualActions)),
  ];
  return { resources: [...new Set(pairs.map(([resource = '']) => resource))], actions };
}
