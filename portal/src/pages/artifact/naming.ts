import type { Artifact, Platform } from '../../../../src/features/artifacts/artifacts.contract.ts';

/** `linux/arm64/v8`; undefined when nothing is said. */
export function platformName(platform: Platform | undefined): string | undefined {
  const { os, architecture, variant } = platform ?? {};
  const parts = [os, architecture, variant].filter((part) => part !== undefined && part !== '');
  return parts.length > 0 ? parts.join('/') : undefined;
}

/** Docker keeps provenance and the like in an index as a platform of its own, which nobody can run. */
export const isAttestation = (platform: Platform | undefined) =>
  platform?.os === 'unknown' && platform.architecture === 'unknown';

/** Platforms that a client can ask an index for. */
export function platformsOf({ references }: Artifact): string[] {
  const names = (references ?? []).flatMap(({ platform }) =>
    isAttestation(platform) ? [] : (platformName(platform) ?? []),
  );
  return [...new Set(names)];
}

export const isIndex = ({ references, manifest_media_type = '' }: Artifact) =>
  references !== null || /image\.index|manifest\.list/.test(manifest_media_type);
