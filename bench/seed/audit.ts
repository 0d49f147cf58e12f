import type { Chance } from './chance.ts';
import type { SeedSizes } from './sizes.ts';

const months = 12;

/** Twelve months of pulls and pushes, with a little of everything else, in the order of their time. */
export function auditSql({ auditRows, users, projects, repositories }: SeedSizes, chance: Chance): string[] {
  return [
    `select make_audit_month((date_trunc('month', now() at time zone 'UTC') - make_interval(months => i))::date)
       from generate_series(1, ${months}) i`,
    `insert into audit_log (op_time, username, operation, resource_type, resource, project_id, client_address, detail)
     select now() - interval '365 days' * (1 - a.n::float8 / ${auditRows}), u.name, k.operation, k.type,
            case when k.type = 'artifact' then r.name || ':v1.' || a.n else p.name end, coalesce(p.project_id, r.project_id),
            '192.0.2.' || a.n % 250, case when k.type = 'artifact' then json_build_object('digest', 'sha256:' || repeat(md5(a.n::text), 2)) end
       from (select n, ${chance('n', 30)} as kind,
                    1 + floor(power(${chance('n', 31)}, 2) * ${repositories})::int as repository,
                    1 + floor(power(${chance('n', 32)}, 2) * ${projects})::int as project,
                    floor(power(${chance('n', 33)}, 2) * ${users})::int as account
               from generate_series(1, ${auditRows}) n) a
       cross join lateral (select case when a.kind < 0.8 then 'pull' when a.kind < 0.98 then 'create' when a.kind < 0.99 then 'update' else 'delete' end as operation,
                                  case when a.kind < 0.97 then 'artifact' when a.kind < 0.985 then 'robot' else 'member' end as type) k
       join seed_user u on u.n = a.account
       left join seed_repository r on k.type = 'artifact' and r.n = a.repository
       left join seed_project p on k.type <> 'artifact' and p.n = a.project
      order by a.n`,
  ];
}
