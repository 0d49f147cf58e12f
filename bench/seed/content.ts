import type { Chance } from './chance.ts';
import {
  accessoryType,
  annotations,
  baseLayer,
  baseLayers,
  config,
  configType,
  emptyConfig,
  manifestsSql,
  mediaTypes,
  ownLayer,
} from './manifests.ts';
import { names, type SeedSizes } from './sizes.ts';

/** The tables that are filled without their keys (keys.ts). */
export const largeTables = [
  'blob',
  'manifest',
  'repository_blob',
  'project_blob',
  'artifact',
  'artifact_blob',
  'artifact_detail',
  'tag',
] as const;

/**
 * Repositories with artifacts, in the order of their pushes, so that a repository's rows lie scattered over the
 * tables as they do after a year of use. Artifacts come in fives that share a repository: in one of five fives they are
 * two images, the index of both, its signature, and an SBOM of the index; all others are tagged one by one. Numbers
 * of artifacts a repository follow a power law (the largest has 1 of 400), and one repository has the many tags.
 *
 * Manifests are whole and their digests right. Bytes of configs and layers are nowhere (`location` is null): these
 * artifacts are for looking at, not for pulling.
 */
export function contentSql(sizes: SeedSizes, chance: Chance): string[] {
  return [
    ...repositoriesSql(sizes, chance),
    ...artifactsSql(sizes, chance),
    ...manifestsSql(chance),
    ...blobsSql(sizes),
    ...linksSql(sizes, chance),
    ...rowsSql(chance),
    ...tagsSql(sizes, chance),
  ];
}

function repositoriesSql({ projects, repositories, artifacts }: SeedSizes, chance: Chance): string[] {
  const [many, ten] = [repositories, repositories - 1];
  return [
    `create temporary table seed_repository on commit drop as
     select r.n, p.project_id, p.name || '/' || case r.n
              when ${many} then '${names.manyTags}' when ${ten} then '${names.tenTags}'
              else (array['api','web','worker','cache','proxy','backend','team/auth','team/billing','charts/app','models/chat'])
                   [1 + floor(${chance('r.n', 11)} * 10)::int] || '-' || r.n end as name,
            floor(power(${chance('r.n', 12)}, 4) * 100000)::bigint as pulls, 0::bigint as id
       from generate_series(1, ${repositories}) r(n)
       join seed_project p on p.n = case when r.n >= ${ten} then 1 else 1 + floor(power(${chance('r.n', 10)}, 2) * ${projects})::int end`,
    // As old as its first artifact.
    `insert into repository (project_id, name, pull_count, creation_time, update_time)
     select project_id, name, pulls, made, made
       from (select *, now() - interval '365 days' * (1 - n * 5::float8 / ${artifacts}) as made from seed_repository) r order by n`,
    `update seed_repository s set id = r.repository_id from repository r where r.name = s.name`,
    `create unique index on seed_repository (n)`,
    `analyze seed_repository`,
  ];
}

function artifactsSql({ repositories, artifacts, tagsOfOne }: SeedSizes, chance: Chance): string[] {
  const [many, ten] = [repositories, repositories - 1];
  // Nine tenths of the many tags have an artifact of their own; one five of it is among the first of all repositories.
  const ofMany = Math.floor((tagsOfOne * 0.9) / 5) - 1;
  const rest = artifacts / 5 - repositories;
  const place = `(g - ${repositories})::bigint * ${ofMany}`;
  return [
    // Every repository gets a five; then the many tags get theirs at even distances, and the power law has the others.
    `create temporary table seed_artifact on commit drop as
     select (g - 1) * 5 + i as n, i, r.n as repository, r.id as repository_id, r.project_id,
            now() - interval '365 days' * (1 - ((g - 1) * 5 + i)::float8 / ${artifacts}) as push_time,
            case when g % 5 = 0 and r.n < ${ten} then (array['child','child','index','signature','sbom'])[i]
                 when i = 5 and r.n < ${ten} then (array['image','image','image','chart','model'])[1 + floor(${chance('g', 14)} * 5)::int]
                 else 'image' end as kind
       from generate_series(1, ${artifacts / 5}) g cross join generate_series(1, 5) i
       join seed_repository r on r.n = case
              when g <= ${repositories} then g
              when ${place} / ${rest} > (${place} - ${ofMany}) / ${rest} then ${many}
              when g = ${artifacts / 5 - 1} then ${ten}
              else 1 + floor(power(${chance('g', 13)}, 2) * ${ten - 1})::int end`,
    `alter table seed_artifact add primary key (n)`,
    `analyze seed_artifact`,
  ];
}

/** Ids count on from what is there, so that nothing has to be looked up: manifests, configs, layers, base layers. */
function blobIds({ artifacts, repositories }: SeedSizes) {
  const layers = artifacts * 2;
  const bases = layers + repositories * 2 + 2;
  return {
    manifest: (n: string) => n,
    config: (n: string) => `${artifacts} + ${n}`,
    own: (repository: string, j: string) => `${layers} + ${repository} * 2 + ${j}`,
    base: (j: string) => `${bases} + ${j}`,
    empty: String(bases + baseLayers),
  };
}

function blobsSql(sizes: SeedSizes): string[] {
  const id = blobIds(sizes);
  // Their leases are long over.
  const row = (
    blob: string,
    digest: string,
    size: string,
    source: string,
    time = `now() - interval '1 year'`,
  ) =>
    `insert into blob (id, digest, size, leased_until, creation_time)
     select b.blob + ${blob}, ${digest}, ${size}, now() - interval '1 day', ${time} from ${source}, seed_base b`;
  return [
    `create temporary table seed_base on commit drop as
     select (select coalesce(max(id), 0) from blob) as blob, (select coalesce(max(id), 0) from artifact) as artifact`,
    `${row(id.manifest('s.n'), 'm.digest', 'octet_length(m.payload)', 'seed_artifact s join seed_manifest m using (n)', 's.push_time')} order by n`,
    `${row(id.config('s.n'), config.digest('s.n'), config.size('s.n'), 'seed_artifact s', 's.push_time')}
      where s.kind <> 'index' order by n`,
    row(
      id.own('r.n', 'j'),
      ownLayer.digest('r.n', 'j'),
      ownLayer.size('r.n', 'j'),
      'seed_repository r cross join generate_series(0, 1) j',
    ),
    row(
      id.base('j'),
      baseLayer.digest('j'),
      String(baseLayer.size),
      `generate_series(0, ${baseLayers - 1}) j`,
    ),
    row(id.empty, emptyConfig.digest, String(emptyConfig.size), '(select) one'),
    `insert into manifest (blob_id, payload) select b.blob + m.n, m.payload from seed_manifest m, seed_base b order by m.n`,
  ];
}

function linksSql(sizes: SeedSizes, chance: Chance): string[] {
  const id = blobIds(sizes);
  return [
    `create temporary table seed_link on commit drop as
     select s.n, s.repository_id, s.project_id, s.push_time, b.blob + needed.id as blob_id
       from seed_artifact s, seed_base b, lateral unnest(case
              when s.kind = 'index' then array[${id.manifest('s.n')}]
              when s.kind in ('signature', 'sbom') then array[${id.manifest('s.n')}, ${id.config('s.n')}, ${id.empty}]
              else array[${id.manifest('s.n')}, ${id.config('s.n')}, ${id.own('s.repository', 's.n % 2')},
                         ${id.base(baseLayer.of('s.repository', chance))}] end) needed(id)`,
    `insert into repository_blob (repository_id, blob_id, linked_at)
     select repository_id, blob_id, min(push_time) from seed_link group by 1, 2 order by 3, 2`,
    `insert into project_blob (project_id, blob_id)
     select project_id, blob_id from seed_link group by 1, 2 order by min(push_time), 2`,
    `insert into artifact_blob (artifact_id, repository_id, blob_id)
     select b.artifact + l.n, l.repository_id, l.blob_id from seed_link l, seed_base b order by l.n, l.blob_id`,
    `update quota q set used_storage = used.bytes from (
       select p.project_id, sum(b.size) as bytes from project_blob p join blob b on b.id = p.blob_id group by 1) used
      where q.project_id = used.project_id and q.project_id in (select project_id from seed_project)`,
    // All links are used: garbage collection need not look at them.
    `update collection_mark set linked_until = now()`,
  ];
}

function rowsSql(chance: Chance): string[] {
  return [
    `insert into artifact (id, repository_id, blob_id, digest, media_type, artifact_type, config_media_type, subject_digest,
                           size, annotations, push_time, pull_time)
     select b.artifact + s.n, s.repository_id, b.blob + s.n, m.digest,
            case s.kind when 'index' then '${mediaTypes.index}' else '${mediaTypes.image}' end,
            coalesce(${accessoryType}, ${configType('s.kind')}), ${configType('s.kind')}, m.subject,
            octet_length(m.payload) + case when s.kind = 'index' then 0
              when s.kind in ('signature', 'sbom') then ${config.size('s.n')} + ${emptyConfig.size}
              else ${config.size('s.n')} + ${ownLayer.size('s.repository', 's.n % 2')} + ${baseLayer.size} end,
            case when s.kind in ('image', 'child', 'chart', 'model') then ${annotations('s.n')}::jsonb end, s.push_time,
            case when s.n % 2 = 0 then s.push_time + (now() - s.push_time) * ${chance('s.n', 16)} end
       from seed_artifact s join seed_manifest m using (n), seed_base b order by s.n`,
    `insert into artifact_detail (blob_id, attributes)
     select b.blob + s.n, case when s.kind in ('image', 'child') then json_build_object(
              'architecture', case when s.i = 2 then 'arm64' else 'amd64' end, 'author', '',
              'config', json_build_object('Cmd', json_build_array('/usr/bin/server', '--port', '8080'), 'User', 'nobody',
                'Env', json_build_array('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8')),
              'created', to_char(s.push_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'os', 'linux')
            else json_build_object('name', 'app', 'version', '1.' || s.n) end::text
       from seed_artifact s, seed_base b where s.kind in ('image', 'child', 'chart', 'model') order by s.n`,
  ];
}

/** What stands on keys: children (the size of their index is a trigger's work) and labels. */
export function aboveSql(chance: Chance): string[] {
  return [
    `insert into artifact_child (parent_id, child_id, repository_id, position, platform)
     select b.artifact + s.n, b.artifact + s.n - 3 + c.position, s.repository_id, c.position,
            json_build_object('os', 'linux', 'architecture', case c.position when 1 then 'amd64' else 'arm64' end)
       from seed_artifact s cross join generate_series(1, 2) c(position), seed_base b
      where s.kind = 'index' order by s.n, c.position`,
    `insert into artifact_label (artifact_id, label_id)
     select b.artifact + s.n, l.id
       from seed_artifact s join label l on l.scope = 'g' and l.name = 'label-' || (1 + s.n % 30), seed_base b
      where ${chance('s.n', 18)} < 0.05 order by s.n`,
  ];
}

function tagsSql({ repositories, tagsOfOne }: SeedSizes, chance: Chance): string[] {
  const [many, ten] = [repositories, repositories - 1];
  const columns = 'tag (repository_id, name, artifact_id, push_time, pull_time)';
  return [
    `insert into ${columns}
     select s.repository_id, v.name, b.artifact + s.n, s.push_time, case when s.n % 3 = 0 then now() - interval '1 day' end
       from seed_artifact s left join (
              select distinct on (repository) n, true as is_newest from seed_artifact
               where kind in ('image', 'index') order by repository, n desc
            ) newest using (n)
       cross join lateral (values ('v1.' || s.n / 1000 || '.' || s.n % 1000, true),
              ('build-' || s.n, s.repository < ${ten} and ${chance('s.n', 17)} < 0.3),
              ('latest', s.repository < ${ten} and is_newest)) v(name, is_there), seed_base b
      where v.is_there and s.kind not in ('child', 'signature', 'sbom') order by s.n`,
    // The rest of the many tags are on one artifact, the newest.
    `insert into ${columns}
     select s.repository_id, 'extra-' || x.i, b.artifact + s.n, s.push_time, null
       from (select *, count(*) over () as tagged from seed_artifact where repository = ${many} order by n desc limit 1) s,
            seed_base b, generate_series(1, ${tagsOfOne} - s.tagged) x(i) order by x.i`,
  ];
}
