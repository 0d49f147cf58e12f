export { keepArtifacts, keepRepository, noteTags, removeOfProject } from './trash.ts';
