import { strongestRole } from '#src/access/permissions.ts';
import type { Principal } from '#src/access/principal.ts';
import { filled, unsetDate } from '#src/http/shapes.ts';
import type { CVEAllowlist, Project } from './projects.contract.ts';
import type { ProjectRow } from './projects.store.ts';

/** Harbor: without detail, metadata and owner are left out and the allowlist is an empty shell. */
export function present(row: ProjectRow, who: Principal, detailed: boolean): Project {
  const roles = who.kind === 'user' ? who.roles.get(row.project_id) : undefined;
  return {
    ...filled({
      project_id: row.project_id,
      owner_id: row.owner_id,
      name: row.name,
      owner_name: detailed ? row.owner_name : null,
      current_user_role_id: strongestRole(roles ?? [])?.id,
    }),
    current_user_role_ids: roles ? [...roles] : null,
    repo_count: row.repo_count,
    ...(detailed && { metadata: row.metadata }),
    cve_allowlist: detailed ? presentAllowlist(row) : emptyShell,
    creation_time: row.creation_time.toISOString(),
    update_time: row.update_time.toISOString(),
  };
}

const emptyShell = { items: null, creation_time: unsetDate, update_time: unsetDate };

function presentAllowlist({ project_id, cve_allowlist: list, creation_time }: ProjectRow): CVEAllowlist {
  const since = creation_time.toISOString();
  return {
    id: project_id,
    project_id,
    ...(list?.expires_at !== null && list?.expires_at !== undefined && { expires_at: list.expires_at }),
    items: (list?.items ?? []).map((cve_id) => ({ cve_id })),
    creation_time: list?.creation_time ?? since,
    update_time: list?.update_time ?? since,
  };
}
