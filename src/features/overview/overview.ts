import { mayInProject, maySystem } from '#src/access/authorize.ts';
import type { ProjectPermission } from '#src/access/permissions.ts';
import type { User } from '#src/access/principal.ts';
import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { getPreferences } from '#src/features/preferences/index.ts';
import { contentVisibleTo, type Visible } from '#src/features/projects/index.ts';
import * as store from './overview.store.ts';

/** Runs of the whole registry that somebody should look after. */
const kinds = ['GARBAGE_COLLECTION', 'PURGE_AUDIT_LOG'];

/** The number of statements is fixed, and each ends after 20 rows. */
export async function getOverview(ctx: Context) {
  const { who } = ctx;
  if (who.kind !== 'user') {
    throw new Failure('PRECONDITION', `an overview is for the accounts of people, and this is ${who.kind}`);
  }
  const { db } = ctx;
  const limited = ctx.live.get('quota_per_project_enable');
  const [starred, quotas, robots, runs, retention, webhooks] = await Promise.all([
    starredBy(ctx),
    limited ? store.fullProjects(db, projectsOf(who, 'quota:read')) : [],
    store.expiringRobots(db, projectsOf(who, 'robot:list'), maySystem(who, 'robot:list')),
    maySystem(who, 'jobservice-monitor:list') ? store.failedRuns(db, kinds) : [],
    store.failedRetention(db, projectsOf(who, 'tag-retention:list')),
    store.failingWebhooks(db, projectsOf(who, 'notification-policy:list')),
  ]);
  return { starred, quotas, robots, executions: [...runs, ...retention], webhooks };
}

/** What was starred and is gone, or may not be seen any more, is left out, and comes back when it may. */
async function starredBy(ctx: Context) {
  const { starred_projects, starred_repositories } = await getPreferences(ctx);
  const visible = contentVisibleTo(ctx.who);
  return {
    projects: starred_projects
      ? await store.starredProjects(ctx.db, visible, starred_projects as string[])
      : [],
    repositories: starred_repositories
      ? await store.starredRepositories(ctx.db, visible, starred_repositories as string[])
      : [],
  };
}

/** Where a role of the caller allows it. What is public is somebody else's to look after. */
function projectsOf(who: User, permission: ProjectPermission): Visible {
  if (who.sysadmin) return 'all';
  return [...who.roles.keys()].filter((id) => mayInProject(who, { id, public: false }, permission));
}
