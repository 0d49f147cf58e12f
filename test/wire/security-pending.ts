/**
 * Cases of features that are not here yet, by feature. Whoever builds one takes its cases away from here and puts
 * their ids in front of the names of tests; a case in both places, or in neither, fails.
 */
export const pending: Readonly<Record<string, string>> = {
  scanning: 'S-025 S-037 S-041 S-065 S-136 S-137 G-84',
  'signatures and content trust': 'S-087 G-85',
  replication: 'S-001 S-040 S-042 S-045 S-079 S-119 S-121 S-122 S-123 S-125 S-126 S-127 G-87',
  'proxy cache': 'S-046 S-060 S-073 S-092 S-096 G-88',
  preheating: 'S-017',
  'OpenID Connect, LDAP and the auth proxy': 'S-024 S-034 S-081 S-102 S-115 S-130 G-56 G-57 G-58 G-59 G-60',
  metrics: 'S-091 S-141',
};

/** Cases whose row says that another one covers them, or whose check is a part of another one's test. */
export const sameAs: Readonly<Record<string, string>> = {
  'S-054': 'S-024',
  'S-063': 'S-007',
  'S-064': 'S-008',
  'S-066': 'S-009',
  'S-067': 'S-044',
  'S-086': 'S-024',
  'S-089': 'G-20',
  'S-090': 'G-36',
  'S-100': 'G-30',
  'S-109': 'S-080',
  'S-114': 'G-30',
  'S-116': 'G-46',
  'S-117': 'G-52',
  'S-118': 'S-023',
  'S-128': 'G-28',
  'S-133': 'G-26',
  'S-134': 'G-29',
  'G-41': 'S-024',
  'G-44': 'G-09',
  'G-45': 'S-047',
};
