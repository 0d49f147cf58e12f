import { createContext, use } from 'react';

interface RepositoryInView {
  /** `$id` of the address: a project's id, or its name. */
  readonly id: string;
  /** Below the project. */
  readonly name: string;
  /** As paths of the API name both. */
  readonly path: { readonly project_name: string; readonly repository_name: string };
  /** Project included. */
  readonly whole: string;
}

export const RepositoryContext = createContext<RepositoryInView | undefined>(undefined);

export function useRepository(): RepositoryInView {
  const repository = use(RepositoryContext);
  if (!repository) throw new Error('there is no RepositoryContext above');
  return repository;
}
