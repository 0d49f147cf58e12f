import { useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { type Can, projectNamed, useApi, useCurrentUser, useProjectPermissions } from '../api/use-api.ts';

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
  return { query, can: useProjectPermissions(query.data?.project_id ?? 0) };
}
