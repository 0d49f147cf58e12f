/** Digests of Harbor's built-in images, which clients fetch by GET /icons/{digest}. */
const icons: ReadonlyMap<string, string> = new Map([
  ['IMAGE', 'sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06'],
  ['CHART', 'sha256:61cf3a178ff0f75bf08a25d96b75cf7355dc197749a9f128ed3ef34b0df05518'],
  ['CNAB', 'sha256:089bdda265c14d8686111402c8ad629e8177a1ceb7dcd0f7f39b6480f623b3bd'],
  ['WASM', 'sha256:badd7693bcaf115be202748241dd0ea6ee3b0524bfab9ac22d1e1c43721afec6'],
]);
const otherIcon = 'sha256:da834479c923584f4cbcdecc0dac61f32bef1d51e8aae598cf16bd154efab49f';

const accessoryIcons: ReadonlyMap<string, string> = new Map([
  ['signature.cosign', 'sha256:20401d5b3a0f6dbc607c8d732eb08471af4ae6b19811a4efce8c6a724aed2882'],
  ['accelerator.nydus', 'sha256:dfcb6617cd9c144358dc1b305b87bbe34f0b619f1e329116e6aee2e41f2e34cf'],
]);

export const iconOf = (type: string): string => icons.get(type) ?? otherIcon;

/** Harbor has none for the other kinds, and says so with an empty text. */
export const accessoryIconOf = (type: string): string => accessoryIcons.get(type) ?? '';
