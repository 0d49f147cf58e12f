import { contentVisibleTo } from '#src/features/projects/index.ts';
import { route } from '#src/http/endpoint.ts';
import { getStatistic, getStorageUse } from './statistics.contract.ts';
import * as store from './statistics.store.ts';
import { biggestRepositories } from './storage-use.ts';

export const statisticRoutes = [
  /** Harbor: of projects and repositories what the caller may see; of storage only system administrators learn. */
  route(getStatistic, async (ctx) => {
    const visible = contentVisibleTo(ctx.who);
    const { public: open, private: closed } = await store.countProjects(ctx, visible);
    return {
      private_project_count: closed.projects,
      private_repo_count: closed.repositories,
      public_project_count: open.projects,
      public_repo_count: open.repositories,
      total_project_count: open.projects + closed.projects,
      total_repo_count: open.repositories + closed.repositories,
      total_storage_consumption: visible === 'all' ? await store.storedBytes(ctx) : 0,
    };
  }),

  route(getStorageUse, (ctx, { query }) => biggestRepositories(ctx, query)),
];
