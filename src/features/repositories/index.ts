export {
  checkedRepositoryName,
  findRepository,
  newRepositoryNameOf,
  notFound,
  type Repository,
  repositoryIn,
  repositoryNameOf,
} from './find.ts';
export { listedInProject, listedInRepository } from './listed.store.ts';
export { countArtifacts } from './repositories.store.ts';

/** What the data plane remembers of a repository is wrapped around every write to it, so that it stays right. */
export interface ContentParts {
  readonly content: {
    /** Around a write that takes artifacts, blobs or links away, or renames what holds them. */
    changing<T>(repository: string, write: () => Promise<T>): Promise<T>;
    /** Around a write that only sets tags or adds artifacts. */
    tagging<T>(repository: string, write: () => Promise<T>): Promise<T>;
  };
}
