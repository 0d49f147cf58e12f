export type { CollectionParts } from './collect.ts';
export { collectionSchedule, startCollection } from './gc.ts';
export { carryOutCollection } from './gc.job.ts';
export { CollectionLoop } from './loop.ts';
