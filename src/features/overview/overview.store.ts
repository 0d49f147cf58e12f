import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
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

/** Those in which something is looked for: every one, or those with these ids. */
const within = (projects: Visible): RawBuilder<SqlBool> =>
  projects === 'all' ? sql<SqlBool>`true` : sql<SqlBool>`p.project_id = any(${[...projects]}::integer[])`;

/** Those that use more than four fifths of what they may, the fullest first. */
export function fullProjects(db: Db, projects: Visible) {
  const used = sql<number>`(q.used_storage + coalesce((select sum(c.bytes) from quota_charge c
    where c.project_id = q.project_id), 0))::bigint`;
  return db
    .selectFrom('quota as q')
    .innerJoin('project as p', 'p.project_id', 'q.project_id')
    .select(['p.project_id', 'p.name as project_name', 'q.hard_storage as hard'])
    .select(used.as('used'))
    .where('q.hard_storage', '>', 0)
    .where(sql<SqlBool>`${used} > q.hard_storage * 0.8`)
    .where(within(projects))
    .orderBy(sql`${used}::float8 / q.hard_storage`, 'desc')
    .orderBy('p.name')
    .limit(most)
    .execute();
}

/** What ends within a week, or has ended in the last month: who has done without it longer does not miss it. */
export function expiringRobots(db: Db, projects: Visible, ofSystem: boolean) {
  const soon = sql<SqlBool>`r.expires_at between extract(epoch from now() - interval '30 days')::bigint
    and extract(epoch from now() + interval '7 days')::bigint`;
  const where = ofSystem
    ? sql<SqlBool>`(r.project_id is null or ${within(projects)})`
    : sql<SqlBool>`(r.project_id is not null and ${within(projects)})`;
  return db
    .selectFrom('robot as r')
    .leftJoin('project as p', 'p.project_id', 'r.project_id')
    .select(['r.id', 'r.name', 'r.project_id', 'p.name as project_name', 'r.expires_at'])
    .where('r.disabled', '=', false)
    .where(soon)
    .where(where)
    .orderBy('r.expires_at')
    .orderBy('r.id')
    .limit(most)
    .execute();
}

const failedWithin = sql`interval '7 days'`;

/** Of each of the kinds the latest run, when it failed. */
export function failedRuns(db: Db, kinds: readonly string[]) {
  return sql<FailedRun>`
    select e.id, e.vendor_type, e.status_message, e.start_time
      from unnest(${[...kinds]}::text[]) as kind
      cross join lateral (select * from execution x where x.vendor_type = kind and x.vendor_id = -1
                             and x.status <> 'Running' order by x.id desc limit 1) e
     where e.status = 'Error' and e.start_time > now() - ${failedWithin}
     order by e.id desc`.execute(db);
}

/** Of each of the projects the latest run of tag retention, when it failed. */
export function failedRetention(db: Db, projects: Visible) {
  return sql<FailedRun & { project_id: number; project_name: string }>`
    select e.id, e.vendor_type, e.status_message, e.start_time, p.project_id, p.name as project_name
      from retention_policy o join project p using (project_id)
      cross join lateral (select * from execution x where x.vendor_type = 'RETENTION' and x.vendor_id = o.id
                             and x.status <> 'Running' order by x.id desc limit 1) e
     where e.status = 'Error' and e.start_time > now() - ${failedWithin} and ${within(projects)}
     order by e.id desc limit ${most}`.execute(db);
}

interface FailedRun {
  id: number;
  vendor_type: string;
  status_message: string;
  start_time: Date;
}

/** Policies with a target that could not be reached the last time, the one that waits longest first. */
export function failingWebhooks(db: Db, projects: Visible) {
  return db
    .selectFrom('webhook_target as t')
    .innerJoin('webhook_policy as w', 'w.id', 't.policy_id')
    .innerJoin('project as p', 'p.project_id', 'w.project_id')
    .select(['w.id as policy_id', 'w.name as policy_name', 'p.project_id', 'p.name as project_name'])
    .select([
      sql<number>`sum(t.failures)`.as('failures'),
      sql<Date>`min(t.failing_since)`.as('failing_since'),
    ])
    .where('w.enabled', '=', true)
    .where('t.failing_since', 'is not', null)
    .where(within(projects))
    .groupBy(['w.id', 'w.name', 'p.project_id', 'p.name'])
    .orderBy(sql`min(t.failing_since)`)
    .limit(most)
    .execute();
}
