/** Paths of pages by what they show. The names of repositories have slashes, which stay one element of the path. */

export const projectPlace = (project: number): string => `/harbor/projects/${project}/repositories`;

export const projectTab = (project: number, tab: string): string => `/harbor/projects/${project}/${tab}`;

/** `name` is the whole one, project included. */
const repositoryPath = (project: number, name: string): string =>
  `/harbor/projects/${project}/repositories/${encodeURIComponent(name.slice(name.indexOf('/') + 1))}`;

export const repositoryPlace = (project: number, name: string): string =>
  `${repositoryPath(project, name)}/tags-tab`;

/** The tags of which the name holds the text. */
export const tagPlace = (project: number, name: string, tag: string): string =>
  `${repositoryPlace(project, name)}?${new URLSearchParams({ filter: tag })}`;

export const artifactPlace = (project: number, name: string, digest: string): string =>
  `${repositoryPath(project, name)}/artifacts-tab/artifacts/${encodeURIComponent(digest)}`;
