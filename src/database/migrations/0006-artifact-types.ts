/**
 * What kind of thing an artifact is, which artifact it belongs to, and how large an index is with its children: all
 * known from the push on and without a further round trip. Triggers do it, so that it also holds for what is copied;
 * those that read a manifest have a condition that ordinary images do not meet.
 */
export const artifactTypes = `
-- What an artifact calls itself when its kind has no name of its own here: application/vnd.ORG.NAME.config.VERSION+json
-- is NAME (as Harbor reads it); any other media type loses tree, vendor, version and suffix, so
-- application/vnd.example.sbom.v1+json is SBOM and application/spdx+json is SPDX.
create function artifact_name_of(p_media_type text) returns text language sql immutable parallel safe as $$
  select case when p_media_type !~ '^application/vnd\\.(unknown|oci\\.empty)\\.' then
    upper(nullif(left(regexp_replace(coalesce(
      substring(p_media_type from '^application/vnd\\.[^.]*\\.(.*)\\.config\\.[^.]*\\+json$'),
      regexp_replace(
        regexp_replace(
          regexp_replace(
            regexp_replace(split_part(p_media_type, '/', 2), '\\+[A-Za-z0-9]+$', ''),
            '\\.v[0-9][A-Za-z0-9.-]*$', ''),
          '^vnd\\.([^.]+\\.(?=.))?', ''),
        '\\.(config|manifest)$', '')
    ), '[^A-Za-z0-9._-]', '', 'g'), 64), '')) end
$$;

-- project_id is the repository's, so that an artifact list of a whole project is read in its order, too. Nothing refers
-- to project, as in project_blob: each reference would lock its row.
-- accessory_of is the digest of the artifact that this one signs, describes or speeds up; accessory_type says how
-- (Harbor's names). Both are null for an artifact that stands for itself. The subject may not be there yet.
alter table artifact
  add column project_id integer,
  add column accessory_of text collate "C",
  add column accessory_type text;

create function accessory_type_of(p_artifact_type text, p_config_media_type text, p_blob bigint)
returns text language plpgsql stable as $$
begin
  if 'application/vnd.goharbor.harbor.sbom.v1' in (p_artifact_type, p_config_media_type) then return 'sbom.harbor'; end if;
  if 'application/vnd.cncf.notary.signature' in (p_artifact_type, p_config_media_type) then return 'signature.notation'; end if;
  if 'application/vnd.dev.cosign.artifact.sig.v1+json' in (p_artifact_type, p_config_media_type)
     or p_artifact_type = 'application/vnd.dev.sigstore.bundle.v0.3+json' then return 'signature.cosign'; end if;
  -- Of a Nydus image only an annotation on its last layer tells.
  if p_config_media_type in ('application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json')
     and exists (select from manifest m where m.blob_id = p_blob
                    and position('"containerd.io/snapshot/nydus-bootstrap"'::bytea in m.payload) > 0) then
    return 'accelerator.nydus';
  end if;
  return 'subject.accessory';
end $$;

create function artifact_pushed() returns trigger language plpgsql as $$
begin
  new.project_id := (select project_id from repository where repository_id = new.repository_id);
  if new.subject_digest is not null then
    new.accessory_of := new.subject_digest;
    new.accessory_type := accessory_type_of(new.artifact_type, new.config_media_type, new.blob_id);
  end if;
  return new;
end $$;
create trigger artifact_pushed before insert on artifact for each row execute function artifact_pushed();

-- cosign before OCI 1.1 has no subject: the tag sha256-<hex>.sig names it. What is signed once stays a signature when
-- a later one takes the tag over.
create function tag_names_subject() returns trigger language plpgsql as $$
begin
  update artifact a set accessory_of = 'sha256:' || substr(new.name, 8, 64), accessory_type = 'signature.cosign'
   where a.id = new.artifact_id and a.accessory_of is null and a.digest <> 'sha256:' || substr(new.name, 8, 64)
     and exists (select from manifest m where m.blob_id = a.blob_id
                    and position('"application/vnd.dev.cosign.simplesigning.v1+json"'::bytea in m.payload) > 0);
  return null;
end $$;
create trigger tag_names_subject after insert or update of artifact_id on tag for each row
  when (new.name ~ '^sha256-[0-9a-f]{64}\\.sig$') execute function tag_names_subject();

-- The size of an index: its own bytes and all that its children hold (Harbor). The trigger runs once, at the end of
-- the statement that writes the children. Shared children count each time, so a tall pile of indexes overflows:
-- what a JSON number can hold is the most.
create function measure_index(p_parent bigint) returns void language sql as $$
  update artifact a set size = least(9007199254740991,
      (select b.size from blob b where b.id = a.blob_id) +
      (select sum(child.size) from artifact_child c join artifact child on child.id = c.child_id where c.parent_id = a.id))
   where a.id = p_parent
$$;
create function index_size() returns trigger language plpgsql as $$
begin
  perform measure_index(new.parent_id);
  return null;
end $$;
create trigger index_size after insert on artifact_child for each row
  when (new.position = 1) execute function index_size();

update artifact a set project_id = r.project_id, accessory_of = a.subject_digest,
       accessory_type = case when a.subject_digest is not null
                             then accessory_type_of(a.artifact_type, a.config_media_type, a.blob_id) end
  from repository r where r.repository_id = a.repository_id;
alter table artifact alter column project_id set not null;
update tag set artifact_id = artifact_id where name ~ '^sha256-[0-9a-f]{64}\\.sig$';
-- A child is there before its index, so in the order of their ids every size is ready when it is needed.
do $$
declare
  v_parent bigint;
begin
  for v_parent in select distinct parent_id from artifact_child order by parent_id loop
    perform measure_index(v_parent);
  end loop;
end $$;

-- artifact_type equals config_media_type when the manifest has no artifactType of its own.
alter table artifact add column type text not null collate "C" generated always as (
  case
    when accessory_type in ('signature.cosign', 'signature.notation') then 'SIGNATURE'
    when accessory_type = 'sbom.harbor' or config_media_type = 'application/vnd.goharbor.harbor.sbom.v1' then 'SBOM'
    when annotations->>'module.wasm.image/variant' = 'compat' or annotations->>'run.oci.handler' = 'wasm'
      or config_media_type in ('application/vnd.wasm.config.v1+json', 'application/vnd.wasm.config.v0+json') then 'WASM'
    when config_media_type in ('application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json')
      then 'IMAGE'
    when 'application/vnd.cnab.manifest.v1' in (annotations->>'org.opencontainers.artifact.mediaType', artifact_type) then 'CNAB'
    when config_media_type = 'application/vnd.cncf.helm.config.v1+json' then 'CHART'
    when artifact_type = 'application/vnd.cncf.model.manifest.v1+json' then 'CNAI'
    when artifact_type = 'application/vnd.goharbor.harbor.sbom.v1' then 'SBOM'
    when media_type in ('application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json')
      then coalesce(artifact_name_of(artifact_type), 'IMAGE')
    when config_media_type ~ '^application/vnd\\.[^.]*\\..*\\.config\\.[^.]*\\+json$'
      and artifact_name_of(config_media_type) is not null then artifact_name_of(config_media_type)
    else coalesce(artifact_name_of(artifact_type), artifact_name_of(config_media_type), 'UNKNOWN')
  end
) stored;

-- Included is what a total asks of every artifact, so that it reads this index alone.
create index artifact_of_project on artifact (project_id, push_time desc, id desc) include (repository_id, accessory_of);
create index artifact_accessory on artifact (repository_id, accessory_of, id) where accessory_of is not null;
-- What is no image is rare among images, and found without reading them.
create index artifact_type on artifact (repository_id, type, push_time desc, id desc) where type <> 'IMAGE';
-- A row of a list shows the newest of an artifact's tags, of which there may be 100,000.
drop index tag_artifact;
create index tag_artifact on tag (artifact_id, id);

-- What the config of a manifest says about it, read from storage once. Both are found by digest, so it never changes.
-- Text and not jsonb, which refuses what other JSON readers take.
create table artifact_detail (
  blob_id bigint primary key references blob on delete cascade,
  attributes text not null
);
`;
