export type { CollectionParts } from './collect.ts';
export { collectionSchedule, startCollection } from './gc.ts';
export { collectHere } from './here.ts';
export { CollectionLoop } from './loop.ts';
