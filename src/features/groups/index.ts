export { findGroup } from './groups.store.ts';
export { type GivenGroup, groupOf } from './groups.ts';
