/** Where the people of a group come from, by Harbor's numbers. */
export const kinds = [
  { type: 1, key: 'ldap' },
  { type: 2, key: 'http' },
  { type: 3, key: 'oidc' },
] as const;

export function kindOf(type: number): (typeof kinds)[number]['key'] | undefined {
  return kinds.find((kind) => kind.type === type)?.key;
}

/** Of the setting auth_mode: `ldap_auth` is about groups of LDAP. */
export function usualType(mode: string | undefined): number {
  return kinds.find(({ key }) => mode === `${key}_auth`)?.type ?? 3;
}
