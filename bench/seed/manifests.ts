import type { Chance } from './chance.ts';

const oci = 'application/vnd.oci.image';
const layerType = `${oci}.layer.v1.tar+gzip`;

export const mediaTypes = {
  image: `${oci}.manifest.v1+json`,
  index: `${oci}.index.v1+json`,
  empty: 'application/vnd.oci.empty.v1+json',
  signature: 'application/vnd.dev.cosign.artifact.sig.v1+json',
  sbom: 'application/vnd.goharbor.harbor.sbom.v1',
} as const;

/** SQL for the config type of what has one. */
export const configType = (kind: string) => `case ${kind}
  when 'chart' then 'application/vnd.cncf.helm.config.v1+json'
  when 'model' then 'application/vnd.cncf.model.config.v1+json'
  when 'index' then null
  when 'signature' then '${mediaTypes.empty}' when 'sbom' then '${mediaTypes.empty}'
  else '${oci}.config.v1+json' end`;

export const annotations = (n: string) =>
  `json_build_object('org.opencontainers.image.revision', md5((${n})::text))`;

/**
 * The blobs beside manifests, as SQL: one config an artifact, two layers a repository, fifty base layers that all
 * repositories share, and the empty config.
 */
const digestOf = (text: string) => `'sha256:' || encode(sha256((${text})::bytea), 'hex')`;
export const config = {
  digest: (n: string) => digestOf(`'config ' || ${n}`),
  size: (n: string) => `(700 + ${n} % 3000)`,
};
export const ownLayer = {
  digest: (repository: string, j: string) => digestOf(`'layer ' || ${repository} || ' ' || ${j}`),
  size: (repository: string, j: string) => `(1000000 + (${repository} * 7919 + ${j}) % 200000000)`,
};
export const baseLayers = 50;
export const baseLayer = {
  digest: (j: string) => digestOf(`'base ' || ${j}`),
  size: 31_457_280,
  of: (repository: string, chance: Chance) => `floor(${chance(repository, 15)} * ${baseLayers})::int`,
};
export const emptyConfig = { digest: digestOf(`'{}'`), size: 2 };

/** Fills seed_manifest from seed_artifact, in three steps: an index names its children, a signature its index. */
export function manifestsSql(chance: Chance): string[] {
  return [
    `create temporary table seed_manifest (n bigint, digest text, payload bytea, subject text) on commit drop`,
    filled(
      `json_build_object('schemaVersion', 2, 'mediaType', '${mediaTypes.image}',
         'config', ${descriptor(configType('s.kind'), config.digest('s.n'), config.size('s.n'))},
         'layers', json_build_array(
           ${descriptor(`'${layerType}'`, baseLayer.digest(baseLayer.of('s.repository', chance)), String(baseLayer.size))},
           ${descriptor(`'${layerType}'`, ownLayer.digest('s.repository', 's.n % 2'), ownLayer.size('s.repository', 's.n % 2'))}),
         'annotations', ${annotations('s.n')})`,
      `seed_artifact s where s.kind in ('image', 'child', 'chart', 'model')`,
    ),
    ...keyed,
    filled(
      `json_build_object('schemaVersion', 2, 'mediaType', '${mediaTypes.index}',
         'manifests', json_build_array(${child('a', 'amd64')}, ${child('b', 'arm64')}))`,
      `seed_artifact s join seed_manifest a on a.n = s.n - 2 join seed_manifest b on b.n = s.n - 1 where s.kind = 'index'`,
    ),
    filled(
      `json_build_object('schemaVersion', 2, 'mediaType', '${mediaTypes.image}', 'artifactType', ${accessoryType},
         'config', ${descriptor(`'${mediaTypes.empty}'`, emptyConfig.digest, String(emptyConfig.size))},
         'layers', json_build_array(${descriptor(accessoryType, config.digest('s.n'), config.size('s.n'))}),
         'subject', ${descriptor(`'${mediaTypes.index}'`, 'x.digest', 'octet_length(x.payload)')})`,
      `seed_artifact s join seed_manifest x on x.n = s.n - (s.i - 3) where s.kind in ('signature', 'sbom')`,
      'x.digest',
    ),
    `analyze seed_manifest`,
  ];
}

export const accessoryType = `case s.kind when 'signature' then '${mediaTypes.signature}' when 'sbom' then '${mediaTypes.sbom}' end`;

const keyed = [`alter table seed_manifest add primary key (n)`, `analyze seed_manifest`];

function filled(body: string, source: string, subject = 'null'): string {
  return `insert into seed_manifest (n, digest, payload, subject)
    select n, 'sha256:' || encode(sha256(payload), 'hex'), payload, subject from (
      select s.n, convert_to(${body}::text, 'UTF8') as payload, ${subject} as subject from ${source} offset 0) made`;
}

function child(row: string, architecture: string): string {
  return `json_build_object('mediaType', '${mediaTypes.image}', 'digest', ${row}.digest, 'size', octet_length(${row}.payload),
    'platform', json_build_object('os', 'linux', 'architecture', '${architecture}'))`;
}

function descriptor(type: string, digest: string, size: string): string {
  return `json_build_object('mediaType', ${type}, 'digest', ${digest}, 'size', ${size})`;
}
