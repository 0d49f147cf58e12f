/** Settings that are changed while the registry runs (config/live.ts), passwords among them sealed. */
export const configuration = `
create table configuration (
  name text primary key,
  value jsonb not null,
  -- From the environment or the configuration file: gone when they do not give it any more, and replaced by what an
  -- administrator sets.
  given_at_start boolean not null default false,
  update_time timestamptz not null default now()
);

-- CVE ids that count in no project that has not got a list of its own. No row: empty, and never set.
create table system_cve_allowlist (
  id integer primary key default 1 check (id = 1),
  list jsonb not null
);

-- As before, but nothing is refused while the setting quota_per_project_enable is off. Use is counted all the same,
-- so that it is right when the setting is on again.
create or replace function charge_quota(p_project integer, p_bytes bigint) returns void language plpgsql as $$
declare
  v_hard bigint;
  v_used bigint;
begin
  if p_bytes = 0 then return; end if;
  select hard_storage into v_hard from quota where project_id = p_project;
  if v_hard is null or v_hard < 0 or p_bytes < 0
     or exists (select 1 from configuration where name = 'quota_per_project_enable' and value = 'false') then
    insert into quota_charge (project_id, bytes) values (p_project, p_bytes);
    return;
  end if;
  select hard_storage, used_storage into v_hard, v_used from quota where project_id = p_project for update;
  with folded as (delete from quota_charge where project_id = p_project returning bytes)
    select v_used + coalesce(sum(bytes), 0) into v_used from folded;
  if v_hard >= 0 and v_used + p_bytes > v_hard then
    raise exception 'quota' using errcode = 'MRQ01',
      detail = json_build_object('adding', p_bytes, 'used', v_used, 'hard', v_hard)::text;
  end if;
  update quota set used_storage = v_used + p_bytes, update_time = now() where project_id = p_project;
end $$;
`;
