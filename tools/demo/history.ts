import pg from 'pg';
import type { Dated } from './fill.ts';

/**
 * What was done within a minute is spread over the last thirty days, mostly over the hours of work: pushes to the day
 * that was meant, everything else in its order. Only for the demonstration: nothing else writes past the program.
 */
export async function spreadOverMonth(databaseUrl: string, dated: readonly Dated[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(
      'create temporary table dated (repository text, digest text, at timestamptz) on commit drop',
    );
    await client.query(
      `insert into dated select r, d, now() - a * interval '1 day' - interval '1 hour' * (abs(hashtext(d)) % 9)
         from unnest($1::text[], $2::text[], $3::float[]) k(r, d, a)`,
      [dated.map((one) => one.repository), dated.map((one) => one.digest), dated.map((one) => one.daysAgo)],
    );
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

const artifacts = `select a.id, max(d.at) as at from dated d join repository r on r.name = d.repository
  join artifact a on a.repository_id = r.repository_id and a.digest = d.digest group by a.id`;

const statements = [
  `update artifact a set push_time = x.at,
          pull_time = case when a.pull_time is not null then least(now(), x.at + interval '1 day' * (1 + a.id % 3)) end
     from (${artifacts}) x where a.id = x.id`,
  `update tag t set push_time = x.at,
          pull_time = case when t.pull_time is not null then least(now(), x.at + interval '1 day' * (1 + t.id % 3)) end
     from (${artifacts}) x where t.artifact_id = x.id`,
  `update repository r set creation_time = x.at, update_time = x.at
     from (select repository, min(at) as at from dated group by 1) x where r.name = x.repository`,
  `update tag_history h set op_time = x.at
     from (select repository, digest, max(at) as at from dated group by 1, 2) x
    where h.repository = x.repository and h.digest_after = x.digest`,
  `update project set creation_time = now() - interval '31 days', update_time = now() - interval '20 days'`,
  `update user_account set creation_time = now() - interval '32 days' where user_id > 1`,
  `update robot set creation_time = now() - interval '27 days',
          expires_at = case when duration > 0 then extract(epoch from now() - interval '27 days' + duration * interval '1 day') else expires_at end`,
  // The month before may have no table yet.
  `select make_audit_month(date_trunc('month', now() - interval '31 days')::date)`,
  `update audit_log l set op_time = x.at from (
     select id, op_time, least(now() - interval '1 minute',
            date_trunc('day', now() - interval '30 days' * (1 - part)) + interval '7 hours' + interval '11 hours' * random()) as at
       from (select id, op_time, percent_rank() over (order by id) as part from audit_log) ranked
   ) x where l.id = x.id and l.op_time = x.op_time`,
];
