import type { Chance } from './chance.ts';
import { names, type SeedSizes } from './sizes.ts';

/** Accounts, groups, projects, robots, labels, and who is what where. */
export function peopleSql(sizes: SeedSizes, chance: Chance, passwordHash: string): string[] {
  return [
    ...accountsSql(sizes, chance, passwordHash),
    ...projectsSql(sizes, chance),
    ...membersSql(sizes, chance),
    ...robotsSql(sizes),
    `insert into label (name, description, color, scope)
     select 'label-' || n, 'Label ' || n || ' of the registry', '#0b7285', 'g' from generate_series(1, 30) n`,
    `insert into label (name, color, scope, project_id)
     select 'label-' || i, '#c2410c', 'p', p.project_id from seed_project p cross join generate_series(1, 5) i
      order by p.n, i`,
  ];
}

function accountsSql({ users, groups }: SeedSizes, chance: Chance, passwordHash: string): string[] {
  return [
    `create temporary table seed_user on commit drop as
     select n, case when n = 0 then '${names.member}' else 'person-' || lpad(n::text, 4, '0') end as name, 0 as user_id
       from generate_series(0, ${users - 1}) n`,
    `insert into user_account (username, username_folded, email, email_folded, realname, password_hash)
     select name, name, name || '@example.org', name || '@example.org', 'Person ' || n, case n when 0 then '${passwordHash}' end
       from seed_user order by n`,
    `update seed_user s set user_id = u.user_id from user_account u where u.username_folded = s.name`,
    `create temporary table seed_group on commit drop as
     select n, 'team-' || lpad(n::text, 3, '0') as name, 0 as id from generate_series(0, ${groups - 1}) n`,
    `insert into user_group (group_name, group_type) select name, 3 from seed_group order by n`,
    `update seed_group s set id = g.id from user_group g where g.group_type = 3 and g.group_name = s.name`,
    `insert into user_account_group (user_id, group_id)
     select u.user_id, g.id from seed_user u cross join generate_series(1, 3) i
       join seed_group g on g.n = floor(${chance('u.n * 3 + i', 1)} * ${groups})
      where u.n > 0 on conflict do nothing`,
  ];
}

function projectsSql({ users, projects }: SeedSizes, chance: Chance): string[] {
  return [
    `create temporary table seed_project on commit drop as
     select p.n, 'seed-' || lpad(p.n::text, 4, '0') as name, u.user_id as owner_id, 0 as project_id
       from generate_series(1, ${projects}) p(n) join seed_user u on u.n = 1 + floor(${chance('p.n', 2)} * ${users - 1})`,
    `insert into project (name, owner_id, metadata, creation_time, update_time)
     select name, owner_id, jsonb_build_object('public', case when n % 2 = 0 then 'true' else 'false' end, 'auto_scan', 'false'),
            now() - interval '400 days' + n * interval '1 hour', now() - interval '400 days' + n * interval '1 hour'
       from seed_project order by n`,
    `update seed_project s set project_id = p.project_id from project p where p.name = s.name`,
    `insert into quota (project_id, hard_storage)
     select project_id, case when n % 3 = 0 then 10::bigint << 40 else -1 end from seed_project order by n`,
  ];
}

function membersSql({ users, groups }: SeedSizes, chance: Chance): string[] {
  return [
    `insert into project_member (project_id, user_id, role)
     select project_id, owner_id, 1 from seed_project order by n`,
    `insert into project_member (project_id, user_id, role)
     select p.project_id, u.user_id, 1 from seed_project p join seed_user u on u.n = 0
      where p.n <= ${names.memberOf} order by p.n`,
    `insert into project_member (project_id, user_id, role)
     select p.project_id, u.user_id, 1 + floor(${chance('p.n * 8 + i', 3)} * 5)
       from seed_project p cross join generate_series(1, 8) i
       join seed_user u on u.n = 1 + floor(${chance('p.n * 8 + i', 4)} * ${users - 1})
      order by p.n, i on conflict do nothing`,
    `insert into project_member (project_id, group_id, role)
     select p.project_id, g.id, 2 from seed_project p
       join seed_group g on g.n = floor(${chance('p.n', 5)} * ${groups}) order by p.n`,
  ];
}

/** Nobody knows their secrets. */
function robotsSql({ projects }: SeedSizes): string[] {
  const columns = 'name, level, project_id, secret_hash, duration, creator_type, creator_ref';
  const rest = `repeat('0', 64), -1, 'local', 1`;
  return [
    `insert into robot (${columns})
     select 'seed-ci-' || lpad(n::text, 4, '0'), 'system', null, ${rest} from generate_series(1, ${Math.ceil(projects / 5)}) n`,
    `insert into robot (${columns})
     select 'seed-ci-' || i, 'project', p.project_id, ${rest}
       from seed_project p cross join generate_series(1, 3) i order by p.n, i`,
    `insert into robot_grant (robot_id, kind, namespace, project_id, resource, action)
     select r.id, 'project', coalesce(p.name, '*'), p.project_id, 'repository', action
       from robot r left join project p using (project_id) cross join unnest(array['pull', 'push', 'list']) action
      where r.name like 'seed-ci-%' order by r.id`,
  ];
}
