import type { Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';

type Platform = NonNullable<NonNullable<Artifact['references']>[number]['platform']>;

/** Of an image by its config, of an index those of its children; what is for no platform (attestations) has none. */
export function platformsOf({ references, extra_attrs = {} }: Artifact): string[] {
  const named = references?.map(({ platform }) => nameOfPlatform(platform)) ?? [];
  const { os, architecture } = extra_attrs;
  if (typeof os === 'string' && typeof architecture === 'string') {
    named.push(nameOfPlatform({ os, architecture }));
  }
  return [...new Set(named)].filter((name) => name !== undefined);
}

/** `linux/arm64/v8` */
export function nameOfPlatform(platform: Omit<Platform, "'os.features'"> | undefined): string | undefined {
  const { os, architecture, variant } = platform ?? {};
  if (!os || !architecture || os === 'unknown') return undefined;
  return [os, architecture, ...(variant ? [variant] : [])].join('/');
}
