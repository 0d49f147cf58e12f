import { encodedTwice, type Facts } from './facts.ts';

/** The parts of openapi.json that are read here. */
export interface OpenApi {
  paths: Record<string, { get?: { operationId: string } } | undefined>;
}

/** One operation with the requests that are sent in turn, so that no single row is asked for again and again. */
export interface Operation {
  name: string;
  paths: string[];
}

/** What is read by no list or look-up, and why. */
const leftOut: Record<string, string> = {
  logout: 'ends a session',
  exportAuditLogExts: 'sends the whole log as a file',
  exportLogExts: 'sends the whole log of a project as a file',
  getStorageUse: 'a report, which adds up bytes for as long as four seconds and says when it stopped early',
  getAddition: 'reads the bytes of layers from storage, and seeded artifacts have none',
};

/**
 * Every GET of openapi.json with its parameters filled in, so that new operations are measured without being named
 * here. An operation whose path has a parameter that nobody knows comes back in `unknown`.
 */
export function operationsOf(
  document: OpenApi,
  facts: Facts,
): { operations: Operation[]; unknown: Map<string, string> } {
  const operations: Operation[] = [];
  const unknown = new Map(Object.entries(leftOut));
  for (const [path, item] of Object.entries(document.paths)) {
    const name = item?.get?.operationId;
    if (name === undefined || Object.hasOwn(leftOut, name)) continue;
    const query = queries[name] ?? '';
    const paths = placesOf(facts).map((place) => `${filled(path, place)}${query}`);
    const missing = /\{(\w+)\}/.exec(paths[0] ?? '');
    if (missing) unknown.set(name, `nothing is known for ${missing[0]}`);
    else operations.push({ name, paths: [...new Set(paths)] });
  }
  return { operations, unknown };
}

// What these lists require, or are asked for in practice.
const queries: Record<string, string> = {
  ListLabels: '?scope=g',
  search: '?q=web-12',
  searchUserGroups: '?groupname=team',
  searchUsers: '?username=person',
  listArtifacts: '?with_tag=true&with_label=true',
};

/** Values for the parameters of a path, which belong together. */
type Place = Readonly<Record<string, string | number | undefined>>;

function placesOf({ projects, robot, label, group, user, icon }: Facts): Place[] {
  return projects.flatMap((project) =>
    project.repositories.flatMap((repository) =>
      repository.artifacts.map((artifact) => ({
        project_name: project.name,
        project_name_or_id: project.name,
        repository_name: encodedTwice(repository.name),
        reference: artifact.tag ?? artifact.digest,
        mid: project.member,
        meta_name: 'public',
        id: project.quota,
        label_id: label,
        group_id: group,
        user_id: user,
        digest: icon,
        project_robot_id: project.robot,
        robot_id: robot,
      })),
    ),
  );
}

function filled(path: string, place: Place): string {
  const [robot, quota] = ['robot_id', 'id'];
  return path.replace(/\{(\w+)\}/g, (parameter, name: string) => {
    // The same names stand for other things elsewhere.
    if (name === robot && path.includes('/projects/')) return String(place['project_robot_id']);
    if (name === quota && !path.includes('/quotas/')) return parameter;
    return String(place[name] ?? parameter);
  });
}

/** Beside the operations as they are: larger pages, later pages, filters and orders that clients use. */
export function variantsOf(facts: Facts): Operation[] {
  const project = facts.projects[0]?.name ?? '';
  const { many, ten } = facts;
  const place = (of: typeof many) => `/api/v2.0/projects/${of.project}/repositories/${encodedTwice(of.name)}`;
  const newest = many.artifacts[0];
  const all = 'with_tag=true&with_label=true&with_accessory=true';
  const one = (name: string, path: string): Operation => ({ name, paths: [path] });
  return [
    one('projects, 100 with details', '/api/v2.0/projects?page_size=100&with_detail=true'),
    one('projects by a part of the name', '/api/v2.0/projects?q=name=~seed-00'),
    one('repositories, 100', '/api/v2.0/repositories?page_size=100'),
    one('repositories by name', '/api/v2.0/repositories?sort=name'),
    one('repositories by a part of the name', '/api/v2.0/repositories?q=name=~web-12'),
    one('repositories, page 5,000', '/api/v2.0/repositories?page=5000'),
    one('repositories of a project, 100', `/api/v2.0/projects/${project}/repositories?page_size=100`),
    one('repositories of a project by name', `/api/v2.0/projects/${project}/repositories?sort=name`),
    one(
      'repositories of a project by last change',
      `/api/v2.0/projects/${project}/repositories?sort=-update_time`,
    ),
    one('artifacts of a project, 100', `/api/v2.0/projects/${project}/artifacts?page_size=100&${all}`),
    one('artifacts of 10 tags', `${place(ten)}/artifacts?${all}`),
    one('artifacts of very many tags', `${place(many)}/artifacts?${all}`),
    one('artifacts of very many tags, 100', `${place(many)}/artifacts?page_size=100&${all}`),
    one('artifacts of very many tags, newest first', `${place(many)}/artifacts?sort=-push_time&${all}`),
    one('artifacts of very many tags, page 4,000', `${place(many)}/artifacts?page=4000&${all}`),
    one('artifacts of very many tags with a tag', `${place(many)}/artifacts?q=tags=extra-77&${all}`),
    one('artifacts of very many tags by a part of a tag', `${place(many)}/artifacts?q=tags=~extra-77&${all}`),
    one('artifacts of very many tags of a type', `${place(many)}/artifacts?q=type=CHART&${all}`),
    one('artifact with a tenth of them', `${place(many)}/artifacts/${newest?.digest ?? ''}?${all}`),
    one('tags of that artifact', `${place(many)}/artifacts/${newest?.digest ?? ''}/tags`),
    one('tags of that artifact, page 500', `${place(many)}/artifacts/${newest?.digest ?? ''}/tags?page=500`),
    one('audit log, 100', '/api/v2.0/audit-logs?page_size=100'),
    one('audit log of somebody', '/api/v2.0/audit-logs?q=username=person-0007'),
    one('audit log of an operation', '/api/v2.0/auditlog-exts?q=operation=delete'),
    one('audit log, oldest first', '/api/v2.0/audit-logs?sort=op_time'),
    one('audit log, page 1,000', '/api/v2.0/audit-logs?page=1000'),
    one('quotas by use', '/api/v2.0/quotas?sort=-used.storage&page_size=100'),
  ];
}
