import { useApi, useSystemInfo } from '../../api/use-api.ts';
import { useProject } from '../../components/project-context.ts';

export type Kind = 'user' | 'group';

/** Adds one, by name. */
export function useAddMember() {
  const api = useApi();
  const { id } = useProject();
  const memberGroup = useMemberGroup();
  return async (kind: Kind, name: string, role_id: number): Promise<void> => {
    const member =
      kind === 'user' ? { member_user: { username: name } } : { member_group: await memberGroup(name) };
    await api('POST /projects/:project_name_or_id/members', {
      params: { project_name_or_id: String(id) },
      body: { role_id, ...member },
    });
  };
}

/** Of each mode, the kind of groups that are made by naming them. */
const typeOf: Readonly<Record<string, number>> = { ldap_auth: 1, http_auth: 2, oidc_auth: 3 };
const oidc = 3;

/** A group that is there, by its id; else one that the directory behind the registry may know. */
function useMemberGroup() {
  const api = useApi();
  const { auth_mode = '' } = useSystemInfo();
  return async (name: string) => {
    const { items } = await api('GET /usergroups/search', { query: { groupname: name, page_size: 100 } });
    const found = items.find(({ group_name }) => group_name === name);
    if (found?.id !== undefined) return { id: found.id };
    if (auth_mode === 'ldap_auth') return { ldap_group_dn: name };
    return { group_name: name, group_type: typeOf[auth_mode] ?? oidc };
  };
}
