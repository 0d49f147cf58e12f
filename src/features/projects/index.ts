export { findProjectIds, findVisibility } from './projects.store.ts';
