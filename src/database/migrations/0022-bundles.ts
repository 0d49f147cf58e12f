/**
 * The type of an artifact, as in 0006, but for CNAB: its bundles name their type in the annotation
 * org.opencontainers.artifactType. PostgreSQL 17 could change the expression in place; 14 makes the column anew.
 */
export const bundles = `
alter table artifact drop column type;
alter table artifact add column type text not null collate "C" generated always as (
  case
    when accessory_type in ('signature.cosign', 'signature.notation') then 'SIGNATURE'
    when accessory_type = 'sbom.harbor' or config_media_type = 'application/vnd.goharbor.harbor.sbom.v1' then 'SBOM'
    when annotations->>'module.wasm.image/variant' = 'compat' or annotations->>'run.oci.handler' = 'wasm'
      or config_media_type in ('application/vnd.wasm.config.v1+json', 'application/vnd.wasm.config.v0+json') then 'WASM'
    when config_media_type in ('application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json')
      then 'IMAGE'
    when 'application/vnd.cnab.manifest.v1' in (annotations->>'org.opencontainers.artifactType', artifact_type) then 'CNAB'
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
create index artifact_type on artifact (repository_id, type, push_time desc, id desc) where type <> 'IMAGE';
create index artifact_type_in_order on artifact (repository_id, type, id) where type <> 'IMAGE';
`;
