import { mayInProject } from '#src/access/authorize.ts';
import type { ProjectPermission } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';

export type Action = 'delete' | 'add_label' | 'remove_label' | 'restore';
export type Target = 'tags' | 'artifacts';

/** What each item would ask for if it were done alone. */
function permissionOf(action: Action, target: Target): ProjectPermission {
  switch (action) {
    case 'delete':
      return target === 'tags' ? 'tag:delete' : 'artifact:delete';
    case 'add_label':
      return 'artifact-label:create';
    case 'remove_label':
      return 'artifact-label:delete';
    case 'restore':
      return 'artifact:create';
  }
}

export const mayAct = (
  who: Principal,
  project: GuardedProject,
  { action, target }: { readonly action: Action; readonly target: Target },
): boolean => mayInProject(who, project, permissionOf(action, target));

/** Throws what the guard of a single change would answer. */
export function requireRight(
  ctx: Context,
  project: GuardedProject,
  { action, target }: { readonly action: Action; readonly target: Target },
): void {
  if (mayAct(ctx.who, project, { action, target })) return;
  if (ctx.who.kind === 'anonymous') throw new Failure('UNAUTHORIZED', 'unauthorized');
  throw new Failure(
    'FORBIDDEN',
    `forbidden: ${ctx.who.name} may not ${permissionOf(action, target)} in the project`,
  );
}
