import { Failure } from '#src/failures.ts';
import { parseDigest } from '#src/oci/digest.ts';

export interface Icon {
  readonly type: 'image/svg+xml';
  /** Base64. */
  readonly content: string;
}

/** Strokes on a square of 48; drawn for this program. */
const strokes = {
  // A box with its lid.
  image: 'M24 6 41 15v18L24 42 7 33V15ZM7 15l17 9 17-9M24 24v18M15.5 10.5l17 9',
  // A wheel with eight spokes.
  chart: 'M24 12a12 12 0 1 0 .01 0ZM24 5v38M5 24h38M10.6 10.6l26.8 26.8M37.4 10.6 10.6 37.4',
  // A parcel with a string.
  cnab: 'M8 14h32v26H8ZM8 22h32M24 14v26M24 14c-10-2-10-9-4-8 3 .5 4 4 4 8 0-4 1-7.5 4-8 6-1 6 6-4 8',
  // A square with a notch and a zigzag.
  wasm: 'M8 8h11a5 5 0 0 0 10 0h11v32H8ZM14 24l3 10 3.5-9 3.5 9 3-10M31 34l3.5-10L38 34',
  // A sheet with a folded corner.
  other: 'M12 6h16l9 9v27H12ZM28 6v9h9M18 24h13M18 31h13',
  // A seal with a check mark.
  signature: 'M24 6a14 14 0 1 0 .01 0ZM17.5 20l4.5 5 9-10M16 32l-3 11 11-5 11 5-3-11',
  // A bolt.
  accelerator: 'M27 5 11 27h11l-2 16 17-23H25Z',
} as const;

/** By the digests that artifacts carry: Harbor's names for its own images, under which these are found here. */
const icons: ReadonlyMap<string, keyof typeof strokes> = new Map([
  ['sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06', 'image'],
  ['sha256:61cf3a178ff0f75bf08a25d96b75cf7355dc197749a9f128ed3ef34b0df05518', 'chart'],
  ['sha256:089bdda265c14d8686111402c8ad629e8177a1ceb7dcd0f7f39b6480f623b3bd', 'cnab'],
  ['sha256:badd7693bcaf115be202748241dd0ea6ee3b0524bfab9ac22d1e1c43721afec6', 'wasm'],
  ['sha256:da834479c923584f4cbcdecc0dac61f32bef1d51e8aae598cf16bd154efab49f', 'other'],
  ['sha256:20401d5b3a0f6dbc607c8d732eb08471af4ae6b19811a4efce8c6a724aed2882', 'signature'],
  ['sha256:dfcb6617cd9c144358dc1b305b87bbe34f0b619f1e329116e6aee2e41f2e34cf', 'accelerator'],
]);

export function getIcon(digest: string): Icon {
  const name = icons.get(parseDigest(digest).text);
  if (!name) throw new Failure('NOT_FOUND', `icon ${digest} not found`);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" fill="none" stroke="#5b6b7c" stroke-width="2.5" ' +
    `stroke-linejoin="round" stroke-linecap="round"><path d="${strokes[name]}"/></svg>`;
  return { type: 'image/svg+xml', content: Buffer.from(svg).toString('base64') };
}
