import { type SqlBool, sql } from 'kysely';
import { type Db, run, type Statement, statement } from '#src/database/pool.ts';
import { listAt } from '#src/database/prepared.ts';
import { isVisible, type Visible } from '#src/features/projects/index.ts';
import { usedStorage } from '#src/features/quotas/index.ts';

/** Of each kind; a page shows no more. */
const most = 20;

export function starredProjects(db: Db, visible: Visible, names: readonly string[]) {
  return db
    .selectFrom('project as p')
    .select(['p.project_id', 'p.name as project_name', 'p.public', 'p.update_time'])
    .where(sql<SqlBool>`p.name = any(${[...names]}::text[])`)
    .where(isVisible(visible))
    .orderBy('p.name')
    .execute();
}

export function starredRepositories(db: Db, visible: Visible, names: readonly string[]) {
  return db
    .selectFrom('repository as r')
    .innerJoin('project as p', 'p.project_id', 'r.project_id')
    .select(['p.project_id', 'p.name as project_name', 'r.name as repository_name'])
    .select(['r.pull_count', 'r.update_time'])
    .where(sql<SqlBool>`r.name = any(${[...names]}::text[])`)
    .where(isVisible(visible))
    .orderBy('r.name')
    .execute();
}

/** In every project, and in those whose ids are `$1`. */
const everywhere = 'true';
const among = `p.project_id = any (${listAt('$1')})`;

const within =
  <Row>(all: Statement<Row>, some: Statement<Row>) =>
  (db: Db, projects: Visible): Promise<Row[]> =>
    projects === 'all' ? run(db, all, []) : run(db, some, [projects]);

interface FullProject {
  readonly project_id: number;
  readonly project_name: string;
  readonly hard: number;
  readonly used: number;
}

const full = (where: string) => `
  select p.project_id, p.name as project_name, q.hard_storage as hard, ${usedStorage} as used
    from quota q join project p using (project_id)
   where q.hard_storage > 0 and ${usedStorage} * 5 > q.hard_storage * 4 and ${where}
   order by ${usedStorage}::float8 / q.hard_storage desc, p.name limit ${most}`;

/** Those that use more than four fifths of what they may, the fullest first. */
export const fullProjects = within(
  statement<FullProject>('overview-full-projects', full(everywhere)),
  statement<FullProject>('overview-full-projects-among', full(among)),
);

interface ExpiringRobot {
  readonly id: number;
  readonly name: string;
  readonly project_id: number | null;
  readonly project_name: string | null;
  readonly expires_at: number;
}

const expiring = (where: string) => `
  select r.id, r.name, r.project_id, p.name as project_name, r.expires_at
    from robot r left join project p using (project_id)
   where not r.disabled and r.expires_at between extract(epoch from now() - interval '30 days')::bigint
     and extract(epoch from now() + interval '7 days')::bigint and ${where}
   order by r.expires_at, r.id limit ${most}`;
const robotsOfProjects = within(
  statement<ExpiringRobot>('overview-project-robots', expiring('r.project_id is not null')),
  statement<ExpiringRobot>('overview-project-robots-among', expiring(among)),
);
const robotsAndOfSystem = within(
  statement<ExpiringRobot>('overview-robots', expiring(everywhere)),
  statement<ExpiringRobot>('overview-robots-among', expiring(`(r.project_id is null or ${among})`)),
);

/** What ends within a week, or has ended in the last month: who has done without it longer does not miss it. */
export const expiringRobots = (db: Db, projects: Visible, ofSystem: boolean): Promise<ExpiringRobot[]> =>
  (ofSystem ? robotsAndOfSystem : robotsOfProjects)(db, projects);

interface FailedRun {
  id: number;
  vendor_type: string;
  status_message: string;
  start_time: Date;
}

const failedWithin = "interval '7 days'";

const failed = statement<FailedRun>(
  'overview-failed-runs',
  `select e.id, e.vendor_type, e.status_message, e.start_time
     from unnest($1::text[]) as kind
     cross join lateral (select * from execution x where x.vendor_type = kind and x.vendor_id = -1
                            and x.status <> 'Running' order by x.id desc limit 1) e
    where e.status = 'Error' and e.start_time > now() - ${failedWithin}
    order by e.id desc`,
);

/** Of each of the kinds the latest run, when it failed. */
export const failedRuns = (db: Db, kinds: readonly string[]): Promise<FailedRun[]> =>
  run(db, failed, [kinds]);

type FailedRetention = FailedRun & { project_id: number; project_name: string };

const retention = (where: string) => `
  select e.id, e.vendor_type, e.status_message, e.start_time, p.project_id, p.name as project_name
    from retention_policy o join project p using (project_id)
    cross join lateral (select * from execution x where x.vendor_type = 'RETENTION' and x.vendor_id = o.id
                           and x.status <> 'Running' order by x.id desc limit 1) e
   where e.status = 'Error' and e.start_time > now() - ${failedWithin} and ${where}
   order by e.id desc limit ${most}`;

/** Of each of the projects the latest run of tag retention, when it failed. */
export const failedRetention = within(
  statement<FailedRetention>('overview-retention', retention(everywhere)),
  statement<FailedRetention>('overview-retention-among', retention(among)),
);

interface FailingWebhook {
  readonly policy_id: number;
  readonly policy_name: string;
  readonly project_id: number;
  readonly project_name: string;
  readonly failures: number;
  readonly failing_since: Date;
}

const webhooks = (where: string) => `
  select w.id as policy_id, w.name as policy_name, p.project_id, p.name as project_name,
         sum(t.failures) as failures, min(t.failing_since) as failing_since
    from webhook_target t join webhook_policy w on w.id = t.policy_id join project p using (project_id)
   where w.enabled and t.failing_since is not null and ${where}
   group by w.id, w.name, p.project_id, p.name
   order by min(t.failing_since) limit ${most}`;

/** Policies with a target that could not be reached the last time, the one that waits longest first. */
export const failingWebhooks = within(
  statement<FailingWebhook>('overview-webhooks', webhooks(everywhere)),
  statement<FailingWebhook>('overview-webhooks-among', webhooks(among)),
);
