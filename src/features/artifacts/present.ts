import { filled, unsetDate } from '#src/http/shapes.ts';
import type { AccessoryRow } from './accessories.store.ts';
import { additionsOf } from './addition-names.ts';
import type * as api from './artifacts.contract.ts';
import type { ListedArtifact } from './artifacts.store.ts';
import type { JudgedTag, WholeArtifact } from './artifacts.ts';
import { accessoryIconOf, iconOf } from './icons.ts';
import type { LabelRow, ReferenceRow } from './parts.store.ts';

export function presentArtifact({ row, attributes, ...beside }: WholeArtifact): api.Artifact {
  const { id, type, artifact_type, project_id, repository_id, repository_name, digest, size } = row;
  const annotations = row.annotations ?? {};
  return {
    ...filled({ id, type, media_type: row.artifact_media_type, manifest_media_type: row.media_type }),
    ...filled({
      artifact_type,
      project_id,
      repository_id,
      repository_name,
      digest,
      size,
      icon: iconOf(type),
    }),
    push_time: row.push_time.toISOString(),
    pull_time: row.pull_time?.toISOString() ?? unsetDate,
    ...(attributes !== undefined && { extra_attrs: JSON.parse(attributes) as Record<string, unknown> }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    references: orNull(beside.references.map(presentReference)),
    tags: orNull(beside.tags.map(presentTag)),
    ...presentAdditions(row),
    labels: orNull(beside.labels.map(presentLabel)),
    accessories: orNull(beside.accessories.map(presentAccessory)),
    ...(beside.inherited.length > 0 && { inherited_accessories: beside.inherited.map(presentAccessory) }),
  };
}

/** Harbor: what was not asked for and what is empty are null alike (wire.md section 15). */
const orNull = <T>(list: T[]): T[] | null => (list.length === 0 ? null : list);

/** Harbor: `immutable` is false unless it was asked for, whatever the rules say. */
export function presentTag(row: JudgedTag): api.Tag {
  const { id, repository_id, artifact_id, name, push_time, pull_time, immutable = false, rule } = row;
  return {
    ...filled({ id, repository_id, artifact_id, name }),
    push_time: push_time.toISOString(),
    pull_time: pull_time?.toISOString() ?? unsetDate,
    immutable,
    ...(rule && { immutable_rule: rule }),
  };
}

export function presentAccessory(row: AccessoryRow): api.Accessory {
  return {
    id: row.id,
    artifact_id: row.id,
    subject_artifact_id: row.subject_id,
    subject_artifact_digest: row.subject_digest,
    subject_artifact_repo: row.repository_name,
    size: row.size,
    digest: row.digest,
    type: row.accessory_type,
    icon: accessoryIconOf(row.accessory_type),
    creation_time: row.push_time.toISOString(),
  };
}

export function presentLabel({
  id,
  name,
  description,
  color,
  scope,
  project_id,
  ...times
}: LabelRow): api.Label {
  return {
    ...filled({ id, name, description, color, scope, project_id }),
    creation_time: times.creation_time.toISOString(),
    update_time: times.update_time.toISOString(),
  };
}

function presentReference({ parent_id, child_id, child_digest, ...rest }: ReferenceRow): api.Reference {
  const { platform, annotations } = rest;
  return {
    parent_id,
    child_id,
    child_digest,
    ...(platform && { platform: presentPlatform(platform) }),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
    urls: null,
  };
}

// The push has read these members as texts and a list of texts (oci/descriptor.ts).
function presentPlatform(platform: Record<string, unknown>): api.Platform {
  const text = (key: string) => platform[key] as string | undefined;
  return {
    ...filled({ architecture: text('architecture'), os: text('os'), variant: text('variant') }),
    ...filled({ "'os.version'": text('os.version') }),
    "'os.features'": (platform['os.features'] as string[] | undefined) ?? null,
  };
}

/** Harbor: hrefs name the repository encoded twice, as paths do (wire.md section 10). */
function presentAdditions(row: ListedArtifact): Pick<api.Artifact, 'addition_links'> {
  const names = additionsOf(row.type, row.config_media_type !== null);
  if (names.length === 0) return {};
  const slash = row.repository_name.indexOf('/');
  const project = row.repository_name.slice(0, slash);
  const repository = encodeURIComponent(encodeURIComponent(row.repository_name.slice(slash + 1)));
  const base = `/api/v2.0/projects/${project}/repositories/${repository}/artifacts/${row.digest}/additions`;
  return {
    addition_links: Object.fromEntries(
      names.map((name) => [name, { href: `${base}/${name}`, absolute: false }]),
    ),
  };
}
