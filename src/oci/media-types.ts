/** The media types that the registry knows by name. Everything else is stored and served as it came. */
export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  /** The two bytes `{}`: a config or layer that holds nothing. */
  ociEmpty: 'application/vnd.oci.empty.v1+json',

  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerForeignLayer: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',

  /** Docker schema 1: refused. */
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

/** Layers that are fetched from elsewhere (image specification, "Non-distributable layers"). */
const nonDistributable = 'application/vnd.oci.image.layer.nondistributable.v1.';

/** RFC 6838, section 4.2: type and subtype, each at most 127 characters. */
const wellFormed = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;

/** What generic clients send by default. They name no kind of manifest, so nothing can be promised about them. */
const generic: ReadonlySet<string> = new Set([
  'application/json',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'text/plain',
]);

const manifestTypes: ReadonlySet<string> = new Set([
  mediaTypes.ociManifest,
  mediaTypes.ociIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
]);

export function isMediaType(text: string): boolean {
  return wellFormed.test(text);
}

export function isIndexType(mediaType: string): boolean {
  return mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerManifestList;
}

export function isImageManifestType(mediaType: string): boolean {
  return mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest;
}

export function isSchema1Type(mediaType: string): boolean {
  return mediaType === mediaTypes.dockerSchema1 || mediaType === mediaTypes.dockerSchema1Signed;
}

export function isForeignLayerType(mediaType: string): boolean {
  return mediaType === mediaTypes.dockerForeignLayer || mediaType.startsWith(nonDistributable);
}

export function isGenericType(mediaType: string): boolean {
  return generic.has(mediaType.toLowerCase());
}

/**
 * The media type of a Content-Type header without its parameters; undefined when there is none. Media types
 * compare without regard to case (RFC 9110, 8.3.1), so a known one is returned in its usual spelling.
 */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  const bare = contentType?.split(';', 1)[0]?.trim();
  return bare ? usualSpelling(bare) : undefined;
}

/** A known manifest type in any mixture of cases becomes the type itself; other text stays as it is. */
export function usualSpelling(mediaType: string): string {
  const lower = mediaType.toLowerCase();
  return manifestTypes.has(lower) || isSchema1Type(lower) ? lower : mediaType;
}
