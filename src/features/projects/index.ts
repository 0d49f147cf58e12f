export { present as presentProject } from './present.ts';
export { Project } from './projects.contract.ts';
export { findProjectIds, findVisibility, listProjects, type ProjectRow } from './projects.store.ts';
export { contentVisibleTo, isVisible, type Visible } from './visibility.ts';
