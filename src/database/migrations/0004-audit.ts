/**
 * The audit log by month: an old month goes as a whole table, whatever is in it. Rows arrive in the order of their
 * time, so every index grows at one end; what pushes and pulls write stays out of the last three.
 *
 * transaction_id is what forwarding reads by: all transactions below the oldest running one are settled, so a
 * reader that goes by it misses nothing, while ids and times become visible out of order.
 */
export const audit = `
alter table audit_log rename to audit_log_before;
alter table audit_log_before drop constraint audit_log_pkey;
drop index audit_log_time;
drop index audit_log_project;

create sequence audit_log_number;

create table audit_log (
  id bigint not null default nextval('audit_log_number'),
  op_time timestamptz not null default now(),
  transaction_id xid8 not null default pg_current_xact_id(),
  username text not null,
  operation text not null,
  resource_type text not null,
  resource text not null,
  project_id integer,
  operation_result boolean not null default true,
  client_address text,
  detail jsonb,
  primary key (op_time, id)
) partition by range (op_time);
alter sequence audit_log_number owned by audit_log.id;
create index audit_log_project on audit_log (project_id, op_time, id);
create index audit_log_username on audit_log (username, op_time, id);
create index audit_log_resource on audit_log (hashtext(resource), op_time, id);
create index audit_log_transaction on audit_log (transaction_id, id);
create index audit_log_operation on audit_log (operation, op_time, id) where operation not in ('create', 'pull');
create index audit_log_resource_type on audit_log (resource_type, op_time, id) where resource_type <> 'artifact';
create index audit_log_failure on audit_log (op_time, id) where not operation_result;

-- Takes what no month's table takes, so that no insert ever fails for want of one.
create table audit_log_default partition of audit_log default;

-- Makes the table of one month (UTC), unless it is there. It is attached ready-made, which stops neither those who
-- write nor those who read other months; the default partition is locked for the moment, and gives up what is the
-- new month's.
create function make_audit_month(p_month date) returns boolean language plpgsql as $$
declare
  v_name text := 'audit_log_' || to_char(p_month, 'YYYY_MM');
  v_from timestamptz := p_month::timestamp at time zone 'UTC';
  v_to timestamptz := (p_month + interval '1 month')::timestamp at time zone 'UTC';
begin
  if to_regclass(v_name) is not null then return false; end if;
  execute format('create table %I (like audit_log including defaults including constraints including indexes)', v_name);
  lock table audit_log_default in access exclusive mode;
  execute format('with gone as (delete from audit_log_default where op_time >= %L and op_time < %L returning *)
                  insert into %I select * from gone', v_from, v_to, v_name);
  execute format('alter table audit_log attach partition %I for values from (%L) to (%L)', v_name, v_from, v_to);
  return true;
end $$;

-- The tables of this month and the next two. Replicas that come at once do not meet: the second leaves it to the first.
create function make_audit_months() returns integer language plpgsql as $$
declare
  v_this date := date_trunc('month', now() at time zone 'UTC')::date;
  v_made integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('audit-months', 0)) then return 0; end if;
  for i in 0..2 loop
    if make_audit_month((v_this + make_interval(months => i))::date) then v_made := v_made + 1; end if;
  end loop;
  return v_made;
end $$;

select make_audit_months();
select make_audit_month(month) from (
  select distinct date_trunc('month', op_time at time zone 'UTC')::date as month from audit_log_before) m;
insert into audit_log (id, op_time, username, operation, resource_type, resource, project_id, operation_result, client_address, detail)
  select id, op_time, username, operation, resource_type, resource, project_id, operation_result, client_address, detail
    from audit_log_before;
select setval('audit_log_number', coalesce(max(id), 0) + 1, false) from audit_log_before;
drop table audit_log_before;

-- How far the log was forwarded: everything up to this row of this transaction has arrived. One worker forwards at
-- a time, as long as its lease runs. Not there while nothing is forwarded.
create table audit_forward (
  one boolean primary key default true check (one),
  transaction_id xid8 not null,
  id bigint not null,
  -- The time of the last row that was forwarded.
  op_time timestamptz not null default now(),
  -- Older rows are none of its business.
  since timestamptz not null default '-infinity',
  worker uuid not null,
  leased_until timestamptz not null
);

-- As in 0001; what differs is at the end: the audit entries name the digest a tag was moved away from, and there
-- are none without a username, which is how the caller says that nobody wants them.
create or replace function put_manifest(
  p_project integer, p_repository bigint, p_name text, p_digest text, p_payload bytea, p_media_type text,
  p_artifact_type text, p_config_media_type text, p_subject text, p_annotations jsonb, p_size bigint,
  p_blobs text[], p_sizes bigint[], p_children text[], p_entries text[], p_platforms jsonb[], p_notes jsonb[],
  p_tags text[], p_lease interval, p_username text, p_address text)
returns jsonb language plpgsql as $$
declare
  v_artifact bigint;
  v_blob bigint;
  v_ids bigint[];
  v_problem jsonb;
  v_before jsonb;
begin
  select id into v_artifact from artifact where repository_id = p_repository and digest = p_digest for key share;
  if not found then
    with stored as materialized (
      select b.id, b.digest, b.size from blob b
       where b.digest = any(p_blobs)
         and (select true from repository_blob l where l.repository_id = p_repository and l.blob_id = b.id)
         and (b.location is not null or (select true from manifest m where m.blob_id = b.id))
       order by b.digest for key share of b
    ), wanted as (
      select w.digest, w.size, s.id, s.size as stored from unnest(p_blobs, p_sizes) as w(digest, size) left join stored s using (digest)
    )
    select array_agg(id), jsonb_strip_nulls(jsonb_build_object(
             'blobs', jsonb_agg(digest) filter (where id is null),
             'sizes', jsonb_agg(jsonb_build_object('digest', digest, 'named', size, 'stored', stored)) filter (where stored <> size)))
      into v_ids, v_problem from wanted;
    if v_problem <> '{}' then return v_problem; end if;
    if cardinality(p_children) > 0 then
      with held as materialized (
        select digest from artifact where repository_id = p_repository and digest = any(p_children) order by digest for key share
      )
      select jsonb_strip_nulls(jsonb_build_object('children', jsonb_agg(c) filter (where c not in (select digest from held))))
        into v_problem from unnest(p_children) c;
      if v_problem <> '{}' then return v_problem; end if;
    end if;

    select o_blob into v_blob from link_blob(p_project, p_repository, p_digest, octet_length(p_payload), null, p_lease);
    insert into manifest (blob_id, payload) values (v_blob, p_payload) on conflict do nothing;
    insert into artifact (repository_id, blob_id, digest, media_type, artifact_type, config_media_type, subject_digest, size, annotations)
      values (p_repository, v_blob, p_digest, p_media_type, p_artifact_type, p_config_media_type, p_subject, p_size, p_annotations)
      on conflict (repository_id, digest) do nothing returning id into v_artifact;
    if v_artifact is null then
      -- The same manifest was pushed at the same moment; that push has written its references.
      select id into v_artifact from artifact where repository_id = p_repository and digest = p_digest for key share;
    else
      insert into artifact_blob (artifact_id, repository_id, blob_id)
        select v_artifact, p_repository, id from unnest(array_append(v_ids, v_blob)) id on conflict do nothing;
      insert into artifact_child (parent_id, child_id, repository_id, position, platform, annotations)
        select v_artifact, (select a.id from artifact a where a.repository_id = p_repository and a.digest = e.digest),
               p_repository, e.position, e.platform, e.annotations
          from unnest(p_entries, p_platforms, p_notes) with ordinality as e(digest, platform, annotations, position);
    end if;
  end if;
  v_before := tags_before(p_repository, p_tags);
  insert into tag (repository_id, name, artifact_id)
    select p_repository, name, v_artifact from unnest(p_tags) name order by name
    on conflict (repository_id, name) do update set artifact_id = excluded.artifact_id, push_time = now();
  perform audit_push(p_project, p_name, p_digest, p_tags, v_before, p_username, p_address);
  return null;
end $$;

-- The digests that these tags have now, by tag. Locks the tags as setting them would, in the same order, so that
-- what is said here is what they are moved away from.
create function tags_before(p_repository bigint, p_tags text[]) returns jsonb language plpgsql as $$
begin
  if cardinality(p_tags) = 0 then return '{}'; end if;
  return (
    with held as materialized (
      select name, artifact_id from tag where repository_id = p_repository and name = any(p_tags) order by name for no key update
    )
    select coalesce(jsonb_object_agg(h.name, a.digest), '{}') from held h join artifact a on a.id = h.artifact_id);
end $$;

-- The audit entries of a push: one for each tag, or one for the digest.
create function audit_push(p_project integer, p_name text, p_digest text, p_tags text[], p_before jsonb, p_username text,
                           p_address text) returns void language plpgsql as $$
begin
  if p_username is null then return; end if;
  insert into audit_log (username, operation, resource_type, resource, project_id, client_address, detail)
    select p_username, 'create', 'artifact', p_name || coalesce(':' || name, '@' || p_digest), p_project, p_address,
           jsonb_strip_nulls(jsonb_build_object('digest', p_digest, 'from', nullif(p_before->>name, p_digest)))
      from unnest(case when cardinality(p_tags) = 0 then array[null]::text[] else p_tags end) name;
end $$;
`;
