/**
 * The history of tags (docs/decisions/0020): which digest a tag named when, written by the transaction that changed it.
 * By the repository's name and not its id, so that a repository that comes back has its history still.
 */
export const tagHistory = `
create table tag_history (
  project_id integer not null,
  -- Whole, project included.
  repository text not null collate "C",
  tag text not null collate "C",
  -- Counts the changes of one tag. Those that change it meet at the tag's own row, so no number is given twice.
  revision integer not null,
  id bigint generated always as identity,
  -- When it was written and not when its transaction began, so that the order of times is the order of changes.
  op_time timestamptz not null default clock_timestamp(),
  -- Null: there was no such tag; null after: it went.
  digest_before text,
  digest_after text,
  operation text not null,
  username text not null,
  primary key (project_id, repository, tag, revision)
);
create index tag_history_time on tag_history (project_id, repository, op_time, id);
-- Of all repositories: what is too old goes.
create index tag_history_age on tag_history (op_time);

-- Notes what became of a tag, in the transaction that holds it. What it was before is what the caller saw, or else what
-- the history says: a push may meet another one at a new tag. A tag that names what it named is no change. The newest
-- 1,000 entries stay, so beyond that each new one takes the oldest along. Statements of one row, since a push waits.
create function note_tag(p_project integer, p_repository text, p_tag text, p_before text, p_after text, p_operation text,
                         p_username text) returns void language plpgsql as $$
declare
  v_last integer;
  v_digest text;
begin
  select revision, digest_after into v_last, v_digest from tag_history
   where project_id = p_project and repository = p_repository and tag = p_tag
   order by project_id desc, repository desc, tag desc, revision desc limit 1;
  v_digest := coalesce(p_before, v_digest);
  if v_digest is not distinct from p_after then return; end if;
  v_last := coalesce(v_last, 0) + 1;
  insert into tag_history (project_id, repository, tag, revision, digest_before, digest_after, operation, username)
    values (p_project, p_repository, p_tag, v_last, v_digest, p_after, p_operation, p_username);
  if v_last > 1000 then
    delete from tag_history
     where project_id = p_project and repository = p_repository and tag = p_tag and revision <= v_last - 1000;
  end if;
end $$;

-- As in 0004, and the history. A push has a username; an address only when somebody wants an audit entry. What comes
-- back from the trash has neither: its tags are set by themselves.
create or replace function audit_push(p_project integer, p_name text, p_digest text, p_tags text[], p_before jsonb,
                                      p_username text, p_address text) returns void language plpgsql as $$
declare
  v_tag text;
begin
  if p_username is null then return; end if;
  foreach v_tag in array p_tags loop
    perform note_tag(p_project, p_name, v_tag, p_before->>v_tag, p_digest, 'push', p_username);
  end loop;
  if p_address is null then return; end if;
  insert into audit_log (username, operation, resource_type, resource, project_id, client_address, detail)
    select p_username, 'create', 'artifact', p_name || coalesce(':' || name, '@' || p_digest), p_project, p_address,
           jsonb_strip_nulls(jsonb_build_object('digest', p_digest, 'from', nullif(p_before->>name, p_digest)))
      from unnest(case when cardinality(p_tags) = 0 then array[null]::text[] else p_tags end) name;
end $$;
`;
