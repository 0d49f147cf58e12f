import { createContext, use } from 'react';
import type { Can } from '../../api/use-api.ts';

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
