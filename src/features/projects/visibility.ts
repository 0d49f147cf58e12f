import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Principal } from '#src/access/principal.ts';
import { anyOf } from '#src/database/prepared.ts';

/** Whose projects a list shows: every one, or the public ones and those with these ids. */
export type Visible = 'all' | readonly number[];

/**
 * Of whose content the lists of repositories, the search and the statistics tell (rbac.md section 7, "List
 * visibility"). Harbor: a robot sees there what is public, whatever it was granted.
 */
export function contentVisibleTo(who: Principal): Visible {
  if (who.kind !== 'user') return [];
  return who.sysadmin ? 'all' : [...who.roles.keys()];
}

/** The condition on a row of `project` under the name p. */
export function isVisible(visible: Visible): RawBuilder<SqlBool> {
  if (visible === 'all') return sql<SqlBool>`true`;
  return sql<SqlBool>`(p.public or p.project_id = ${anyOf(visible)})`;
}
