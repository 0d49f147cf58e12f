import { presentLabel, presentTag } from '#src/features/artifacts/index.ts';
import type * as api from './tags.contract.ts';
import type { NamedArtifact } from './tags.ts';

export function presentNamed({ tag, artifact }: NamedArtifact): api.TagInRepository {
  const { digest, type, artifact_media_type, media_type, size } = artifact.row;
  return {
    ...presentTag(tag),
    digest,
    type,
    media_type: artifact_media_type,
    manifest_media_type: media_type,
    size,
    platforms: platformsOf(artifact),
    labels: artifact.labels.map(presentLabel),
    accessory_types: [...new Set(artifact.accessories.map(({ accessory_type }) => accessory_type))],
  };
}

/** Platforms of an index that are shown; more than there are. */
const most = 100;

/** Of an image by its config, of an index by its children. What is for no platform (attestations) has none. */
function platformsOf({ attributes, references }: NamedArtifact['artifact']): string[] {
  const named = references.flatMap(({ platform }) => (platform ? [nameOf(platform)] : []));
  if (attributes !== undefined) named.push(nameOf(JSON.parse(attributes)));
  return [...new Set(named)].filter((name) => name !== undefined).slice(0, most);
}

function nameOf({ os, architecture, variant }: Readonly<Record<string, unknown>>): string | undefined {
  if (!isText(os) || !isText(architecture) || os === 'unknown') return undefined;
  return [os, architecture, ...(isText(variant) ? [variant] : [])].join('/');
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
