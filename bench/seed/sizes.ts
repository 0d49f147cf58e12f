/** How much is made. The same sizes and the same seed give the same rows, whenever and in whatever database. */
export interface SeedSizes {
  projects: number;
  repositories: number;
  /** A multiple of five: artifacts come in fives (content.ts). */
  artifacts: number;
  /** Tags of one repository, a tenth of them on one artifact. */
  tagsOfOne: number;
  auditRows: number;
  users: number;
  groups: number;
}

/** What the goals of the benchmark are about; about 6 GB on disk. */
export const large: SeedSizes = {
  projects: 1_000,
  repositories: 100_000,
  artifacts: 1_000_000,
  tagsOfOne: 100_000,
  auditRows: 2_000_000,
  users: 200,
  groups: 50,
};

/** For working on queries: seconds, and large enough that a scan of everything shows. */
export const small: SeedSizes = {
  projects: 100,
  repositories: 5_000,
  artifacts: 50_000,
  tagsOfOne: 10_000,
  auditRows: 50_000,
  users: 50,
  groups: 10,
};

/** The project and repositories that a benchmark asks for by name. */
export const names = {
  project: (index: number) => `seed-${String(index).padStart(4, '0')}`,
  manyTags: 'many/tags',
  tenTags: 'ten/tags',
  /** Member of the first twenty projects, half of them private; everybody else cannot log in. */
  member: 'seed-member',
  memberOf: 20,
} as const;
