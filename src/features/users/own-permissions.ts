import { mayInProject, maySystem } from '#src/access/authorize.ts';
import {
  type Access,
  type ProjectPermission,
  reportedProjectPermissions,
  reportedSystemPermissions,
  type SystemPermission,
} from '#src/access/permissions.ts';
import type { Context } from '#src/context.ts';
import { findVisibility } from '#src/features/projects/index.ts';

/**
 * What the caller may do in `/system` or `/project/ID` (rbac.md section 6). Any other scope names nothing. With
 * `relative` the scope is cut off the resources, and what remains of the project itself is a dot.
 */
export async function listPermissions(ctx: Context, scope: string, relative: boolean): Promise<Access[]> {
  const held = await heldIn(ctx, scope);
  return held.map(({ resource, action }) => {
    const own = resource === 'project' && scope !== '/system';
    if (relative) return { resource: own ? '.' : resource, action };
    return { resource: own ? scope : `${scope}/${resource}`, action };
  });
}

async function heldIn(ctx: Context, scope: string): Promise<readonly Access[]> {
  if (scope === '/system') {
    return reportedSystemPermissions.filter(({ resource, action }) =>
      // The list is made from the table whose keys are the permissions.
      maySystem(ctx.who, `${resource}:${action}` as SystemPermission),
    );
  }
  const id = /^\/project\/(\d{1,9})$/.exec(scope)?.[1];
  if (id === undefined) return [];
  const project = await findVisibility(ctx.db, Number(id));
  return reportedProjectPermissions.filter(({ resource, action }) =>
    mayInProject(
      ctx.who,
      project ?? { id: Number(id), public: false },
      `${resource}:${action}` as ProjectPermission,
    ),
  );
}
