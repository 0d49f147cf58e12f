/**
 * Events and webhooks. An event is a row that the act itself writes, in its own transaction, and only where somebody
 * listens: who listens is decided at that moment and kept in the row, so that a policy that is made, changed or
 * switched off later neither gains nor loses events. For everybody else an act costs one look into an empty index.
 */
export const webhooks = `
create table event_subscription (
  project_id integer not null references project on delete cascade,
  event_type text not null,
  -- Which feature listens, and which of its objects: a webhook policy.
  listener text not null check (listener in ('webhook')),
  listener_id integer not null,
  primary key (project_id, event_type, listener, listener_id)
);

-- The outbox. A row goes when its listeners have been served.
create table event (
  id bigint generated always as identity primary key,
  uuid uuid not null default gen_random_uuid(),
  listener text not null,
  listener_ids integer[] not null,
  project_id integer not null,
  event_type text not null,
  occurred_at timestamptz not null default now(),
  operator text not null,
  request_id text not null,
  data jsonb not null,
  failures integer not null default 0,
  due_at timestamptz not null default now()
);

-- True when somebody listens.
create function emit_event(p_project integer, p_type text, p_operator text, p_request text, p_data jsonb)
returns boolean language plpgsql as $$
begin
  if not exists (select from event_subscription where project_id = p_project and event_type = p_type) then
    return false;
  end if;
  insert into event (listener, listener_ids, project_id, event_type, operator, request_id, data)
    select s.listener, array_agg(s.listener_id order by s.listener_id), p_project, p_type, p_operator, p_request, p_data
      from event_subscription s where s.project_id = p_project and s.event_type = p_type group by s.listener;
  return true;
end $$;

-- Projects that were told that their quota is nearly used up, so that not every push says it again.
create table quota_warning (
  project_id integer primary key references project on delete cascade,
  creation_time timestamptz not null default now()
);

-- Harbor: 85 %. Once when the use comes to it, and again after it was less.
create function emit_quota_warning(p_project integer, p_repository text, p_operator text, p_request text)
returns void language plpgsql as $$
declare
  v_hard bigint;
  v_used bigint;
begin
  if not exists (select from event_subscription where project_id = p_project and event_type = 'QUOTA_WARNING') then
    return;
  end if;
  select q.hard_storage, q.used_storage + coalesce((select sum(c.bytes) from quota_charge c where c.project_id = p_project), 0)
    into v_hard, v_used from quota q where q.project_id = p_project;
  if v_hard is null or v_hard <= 0 or v_used::numeric * 100 < v_hard::numeric * 85 then
    delete from quota_warning where project_id = p_project;
    return;
  end if;
  insert into quota_warning (project_id) values (p_project) on conflict do nothing;
  if not found then return; end if;
  perform emit_event(p_project, 'QUOTA_WARNING', p_operator, p_request,
    jsonb_build_object('repository', p_repository, 'quota', jsonb_build_object('used', v_used, 'hard', v_hard)));
end $$;

-- After a push: it is told, and what it made of the quota.
create function emit_push(p_project integer, p_repository text, p_digest text, p_tags text[], p_operator text, p_request text)
returns void language plpgsql as $$
begin
  if not exists (select from event_subscription where project_id = p_project) then return; end if;
  perform emit_event(p_project, 'PUSH_ARTIFACT', p_operator, p_request, jsonb_build_object(
    'repository', p_repository,
    'resources', (select jsonb_agg(jsonb_build_object('digest', p_digest, 'tag', tag)) from (
      select tag from unnest(case when cardinality(p_tags) = 0 then array[p_digest] else p_tags end) tag limit 100) t)));
  perform emit_quota_warning(p_project, p_repository, p_operator, p_request);
end $$;

-- Before a repository goes: one event for each artifact that stands for itself, as if they were deleted one by one.
create function emit_repository_gone(p_project integer, p_repository bigint, p_name text, p_operator text, p_request text)
returns void language plpgsql as $$
begin
  insert into event (listener, listener_ids, project_id, event_type, operator, request_id, data)
    select s.listener, s.ids, p_project, 'DELETE_ARTIFACT', p_operator, p_request, jsonb_build_object(
             'repository', p_name,
             'resources', coalesce(
               (select jsonb_agg(jsonb_build_object('digest', a.digest, 'tag', t.name)) from (
                  select name from tag where artifact_id = a.id order by id limit 100) t),
               jsonb_build_array(jsonb_build_object('digest', a.digest, 'tag', a.digest))))
      from (select listener, array_agg(listener_id order by listener_id) as ids from event_subscription
             where project_id = p_project and event_type = 'DELETE_ARTIFACT' group by listener) s
     cross join artifact a
     where a.repository_id = p_repository
       and (a.accessory_of is null
            or not exists (select from artifact o where o.repository_id = p_repository and o.digest = a.accessory_of))
       and (not exists (select from artifact_child c where c.child_id = a.id) or exists (select from tag t where t.artifact_id = a.id))
     order by a.id;
end $$;

create table webhook_policy (
  id integer generated by default as identity primary key,
  project_id integer not null references project on delete cascade,
  name text not null,
  description text not null default '',
  enabled boolean not null,
  event_types text[] not null,
  creator text not null,
  creation_time timestamptz not null default now(),
  update_time timestamptz not null default now(),
  unique (project_id, name)
);

create table webhook_target (
  id uuid primary key,
  policy_id integer not null references webhook_policy on delete cascade,
  position integer not null,
  type text not null check (type in ('http', 'slack')),
  address text not null,
  payload_format text check (payload_format in ('Default', 'CloudEvents')),
  skip_cert_verify boolean not null,
  -- Sealed with the installation's key.
  auth_header text,
  secret text,
  -- Tries that failed in a row. While it is paused its deliveries wait.
  failures integer not null default 0,
  failing_since timestamptz,
  paused_until timestamptz,
  unique (policy_id, position) deferrable initially deferred
);

-- Who listens follows the policy, whoever changes it.
create function webhook_policy_listens() returns trigger language plpgsql as $$
begin
  delete from event_subscription where project_id = new.project_id and listener = 'webhook' and listener_id = new.id;
  if new.enabled then
    insert into event_subscription (project_id, event_type, listener, listener_id)
      select new.project_id, type, 'webhook', new.id from unnest(new.event_types) type on conflict do nothing;
  end if;
  return null;
end $$;
create trigger webhook_policy_listens after insert or update on webhook_policy
  for each row execute function webhook_policy_listens();

-- A policy goes with its history, also when its project takes it along (G-80).
create function webhook_policy_gone() returns trigger language plpgsql as $$
begin
  delete from event_subscription where project_id = old.project_id and listener = 'webhook' and listener_id = old.id;
  delete from execution where vendor_type in ('WEBHOOK', 'SLACK') and vendor_id = old.id;
  return null;
end $$;
create trigger webhook_policy_gone after delete on webhook_policy
  for each row execute function webhook_policy_gone();
`;
