import { names } from '../seed/sizes.ts';

/** What the seeded installation has, as far as paths name it. */
export interface Facts {
  /** Those that the member belongs to, public and private in turn. */
  projects: ProjectFacts[];
  robot: number;
  label: number;
  group: number;
  user: number;
  icon: string;
  many: RepositoryFacts;
  ten: RepositoryFacts;
}

interface ProjectFacts {
  name: string;
  id: number;
  isPublic: boolean;
  quota: number;
  member: number;
  robot: number;
  repositories: RepositoryFacts[];
}

interface RepositoryFacts {
  project: string;
  /** Without the project. */
  name: string;
  /** The newest and the one before. */
  artifacts: { digest: string; tag: string | undefined }[];
}

/** Asks for a path below /api/v2.0 as administrator. */
export type Get = <T>(path: string) => Promise<T>;

const repositoriesOfEach = 5;

export async function findFacts(get: Get): Promise<Facts> {
  const projects: ProjectFacts[] = [];
  for (let index = 1; index <= names.memberOf; index += 1) {
    projects.push(await projectFacts(get, names.project(index)));
  }
  const first = names.project(1);
  const [many, ten] = await Promise.all(
    [names.manyTags, names.tenTags].map((name) => repositoryFacts(get, first, name)),
  );
  const one = async (path: string): Promise<number> => {
    const [row] = await get<{ id?: number; user_id?: number }[]>(path);
    return row?.id ?? row?.user_id ?? 0;
  };
  const [artifact] = await get<{ icon: string }[]>(`/projects/${first}/artifacts`);
  if (many === undefined || ten === undefined) throw new Error('unreachable: two were asked for');
  return {
    projects,
    robot: await one('/robots'),
    label: await one('/labels?scope=g'),
    group: await one('/usergroups'),
    user: await one('/users'),
    icon: artifact?.icon ?? '',
    many,
    ten,
  };
}

async function projectFacts(get: Get, name: string): Promise<ProjectFacts> {
  const { project_id: id, metadata } = await get<{ project_id: number; metadata: { public: string } }>(
    `/projects/${name}`,
  );
  const [member] = await get<{ id: number }[]>(`/projects/${name}/members`);
  const [robot] = await get<{ id: number }[]>(`/projects/${name}/robots`);
  const [quota] = await get<{ id: number }[]>(`/quotas?reference=project&reference_id=${id}`);
  const found = await get<{ name: string }[]>(
    `/projects/${name}/repositories?page_size=${repositoriesOfEach}&sort=name`,
  );
  const repositories: RepositoryFacts[] = [];
  for (const repository of found) {
    repositories.push(await repositoryFacts(get, name, repository.name.slice(name.length + 1)));
  }
  return {
    name,
    id,
    isPublic: metadata.public === 'true',
    quota: quota?.id ?? 0,
    member: member?.id ?? 0,
    robot: robot?.id ?? 0,
    repositories,
  };
}

async function repositoryFacts(get: Get, project: string, name: string): Promise<RepositoryFacts> {
  const artifacts = await get<{ digest: string; tags: { name: string }[] | null }[]>(
    `/projects/${project}/repositories/${encodedTwice(name)}/artifacts?page_size=2&sort=-push_time`,
  );
  return {
    project,
    name,
    artifacts: artifacts.map(({ digest, tags }) => ({ digest, tag: tags?.[0]?.name })),
  };
}

/** As Harbor's clients write a repository's name in a path. */
export function encodedTwice(name: string): string {
  return encodeURIComponent(encodeURIComponent(name));
}
