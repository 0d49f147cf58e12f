import { type SqlBool, sql } from 'kysely';
import { type Db, run, statement } from '#src/database/pool.ts';
import { listAt } from '#src/database/prepared.ts';
import { isVisible, type Visible } from '#src/features/projects/index.ts';

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

/** Two statements: in every project, and in those whose ids are `$1`. */
function everywhereOrIn<Row>(name: string, text: (within: string) => string) {
  const everywhere = statement<Row>(`overview-${name}`, text('true'));
  const among = statement<Row>(`overview-${name}-among`, text(`p.project_id = any (${listAt('$1')})`));
  return (db: Db, projects: Visible): Promise<Row[]> =>
    projects === 'all' ? run(db, everywhere, []) : run(db, among, [projects]);
}

const used = `(q.used_storage + coalesce((select sum(c.bytes)::bigint from quota_charge c
  where c.project_id = q.project_id), 0))`;

/** Those that use more than four fifths of what they may, the fullest first. */
export const fullProjects = everywhereOrIn<{
  project_id: number;
  project_name: string;
  hard: number;
  used: number;
}>(
  'full-projects',
  (within) => `
    select p.project_id, p.name as project_name, q.hard_storage as hard, ${used} as used
      from quota q join project p using (project_id)
     where q.hard_storage > 0 and ${used} * 5 > q.hard_storage * 4 and ${within}
     order by ${used}::float8 / q.hard_storage desc, p.name limit ${most}`,
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
const robotsOfProjects = everywhereOrIn<ExpiringRobot>('expiring-robots', (within) =>
  expiring(`r.project_id is not null and ${within}`),
);
const allRobots = everywhereOrIn<ExpiringRobot>('all-expiring-robots', (within) =>
  expiring(`(r.project_id is null or ${within})`),
);

/** What ends within a week, or has ended in the last month: who has done without it longer does not miss it. */
export const expiringRobots = (db: Db, projects: Visible, ofSystem: boolean): Promise<ExpiringRobot[]> =>
  (ofSystem ? allRobots : robotsOfProjects)(db, projects);

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

/** Of each of the projects the latest run of tag retention, when it failed. */
export const failedRetention = everywhereOrIn<FailedRun & { project_id: number; project_name: string }>(
  'failed-retention',
  (within) => `
    select e.id, e.vendor_type, e.status_message, e.start_time, p.project_id, p.name as project_name
      from retention_policy o join project p using (project_id)
      cross join lateral (select * from execution x where x.vendor_type = 'RETENTION' and x.vendor_id = o.id
                             and x.status <> 'Running' order by x.id desc limit 1) e
     where e.status = 'Error' and e.start_time > now() - ${failedWithin} and ${within}
     order by e.id desc limit ${most}`,
);

/** Policies with a target that could not be reached the last time, the one that waits longest first. */
export const failingWebhooks = everywhereOrIn<{
  policy_id: number;
  policy_name: string;
  project_id: number;
  project_name: string;
  failures: number;
  failing_since: Date;
}>(
  'failing-webhooks',
  (within) => `
    select w.id as policy_id, w.name as policy_name, p.project_id, p.name as project_name,
           sum(t.failures) as failures, min(t.failing_since) as failing_since
      from webhook_target t join webhook_policy w on w.id = t.policy_id join project p using (project_id)
     where w.enabled and t.failing_since is not null and ${within}
     group by w.id, w.name, p.project_id, p.name
     order by min(t.failing_since) limit ${most}`,
);
