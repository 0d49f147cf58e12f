import type { ProjectRole } from '../../../src/access/permissions.ts';

/** Harbor's ids, the strongest first. */
export const roles = [
  { id: 1, key: 'projectAdmin' },
  { id: 4, key: 'maintainer' },
  { id: 2, key: 'developer' },
  { id: 3, key: 'guest' },
  { id: 5, key: 'limitedGuest' },
] as const satisfies readonly { id: ProjectRole['id']; key: ProjectRole['name'] }[];

export function roleKey(id: number): ProjectRole['name'] | 'unknown' {
  return roles.find((role) => role.id === id)?.key ?? 'unknown';
}
