import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { createContext, use } from 'react';
import { type Can, projectNamed, useApi, useCurrentUser, useProjectPermissions } from '../api/use-api.ts';
import type { Project } from '../../../src/features/projects/projects.contract.ts';
import { projectPlace, repositoryPlace } from '../places.ts';
import { type RecentPlace, useVisited } from './recent.ts';

interface ProjectInView {
  readonly id: number;
  readonly name: string;
  readonly can: Can;
}

export const ProjectContext = createContext<ProjectInView | undefined>(undefined);

export function useProject(): ProjectInView {
  const project = use(ProjectContext);
  if (!project) throw new Error('there is no ProjectContext above');
  return project;
}

/** The project that an address names, and what the caller may do in it: two calls for all pages below a project. */
export function useFoundProject(id: string) {
  const query = useQuery(projectNamed(useApi(), id, useCurrentUser()));
  useVisited(placeOf(query.data, useParams({ strict: false })));
  return { query, can: useProjectPermissions(query.data?.project_id ?? 0) };
}

/** What is being looked at: the project, or a repository in it. */
function placeOf(project: Project | undefined, params: object): RecentPlace | undefined {
  if (!project?.project_id || project.name === undefined) return undefined;
  const repository = 'repo' in params && typeof params.repo === 'string' ? params.repo : undefined;
  if (repository === undefined) {
    return { kind: 'project', label: project.name, place: projectPlace(project.project_id) };
  }
  const name = `${project.name}/${repository}`;
  return { kind: 'repository', label: name, place: repositoryPlace(project.project_id, name) };
}
