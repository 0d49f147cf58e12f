export { present as presentProject } from './present.ts';
export { CVEAllowlist, CVEAllowlistReq, Project, Registry } from './projects.contract.ts';
export { allowlistAfter, checkedAllowlist, type GivenAllowlist } from './projects.ts';
export { findProjectIds, findVisibility, listProjects } from './projects.store.ts';
export { contentVisibleTo, isVisible, type Visible } from './visibility.ts';
