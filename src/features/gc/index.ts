export type { CollectionParts } from './collect.ts';
export { CollectionLoop } from './loop.ts';
