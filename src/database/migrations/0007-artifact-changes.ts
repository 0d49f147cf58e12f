/**
 * What deleting and copying artifacts needs of the database. Blobs that a deletion frees go back to the project at
 * once where nobody can be counting on them; all others wait for garbage collection (docs/decisions/0017).
 */
export const artifactChanges = `
-- Artifacts and everything below them: children of indexes, accessories, their children and accessories, and so on.
-- Cosign's tags can make two artifacts accessories of each other; "union" ends there.
create function artifact_tree(p_repository bigint, p_roots bigint[]) returns table (o_id bigint) language sql stable as $$
  with recursive tree as (
    select id, digest from artifact where repository_id = p_repository and id = any(p_roots)
    union
    select a.id, a.digest from tree t cross join lateral (
      select c.child_id as id from artifact_child c where c.parent_id = t.id
      union all
      select x.id from artifact x where x.repository_id = p_repository and x.accessory_of = t.digest
    ) below join artifact a on a.id = below.id
  )
  select id from tree
$$;

-- Takes blobs out of a repository that no artifact of it needs, and gives their bytes back to the project when no
-- other repository of it holds them. Left for garbage collection: what was promised to somebody within the lease (a
-- push may be on its way that counts on it) and what somebody is busy with. Whoever links or promises a blob locks
-- its row first, so what is seen after the lock stays true; as no lock is waited for, nobody is kept or deadlocked.
-- Returns the bytes given back.
create function release_blobs(p_project integer, p_repository bigint, p_blobs bigint[]) returns bigint
language plpgsql as $$
declare
  v_free bigint[];
  v_bytes bigint;
begin
  with held as (
    select id from blob where id = any(p_blobs) and leased_until <= now() order by digest for update skip locked
  ) select array_agg(id) into v_free from held;
  with gone as (
    delete from repository_blob l where l.repository_id = p_repository and l.blob_id = any(v_free)
       and not exists (select from artifact_blob a where a.repository_id = p_repository and a.blob_id = l.blob_id)
    returning l.blob_id
  ) select array_agg(blob_id) into v_free from gone;
  with gone as (
    delete from project_blob p where p.project_id = p_project and p.blob_id = any(v_free)
       and not exists (select from repository_blob l where l.blob_id = p.blob_id
                         and (select r.project_id from repository r where r.repository_id = l.repository_id) = p_project)
    returning p.blob_id
  ) select coalesce(sum(b.size), 0) into v_bytes from gone join blob b on b.id = gone.blob_id;
  perform charge_quota(p_project, -v_bytes);
  return v_bytes;
end $$;

-- Links blobs to a repository and charges its project for those that are new to it. Locked by the caller.
create function link_blobs(p_project integer, p_repository bigint, p_blobs bigint[]) returns void
language plpgsql as $$
declare
  v_bytes bigint;
begin
  insert into repository_blob (repository_id, blob_id) select p_repository, id from unnest(p_blobs) id order by id
    on conflict do nothing;
  with added as (
    insert into project_blob (project_id, blob_id) select p_project, id from unnest(p_blobs) id order by id
      on conflict do nothing returning blob_id
  ) select coalesce(sum(b.size), 0) into v_bytes from added join blob b on b.id = added.blob_id;
  perform charge_quota(p_project, v_bytes);
end $$;
`;
