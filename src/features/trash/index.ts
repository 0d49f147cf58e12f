export { keepArtifacts, keepRepository, noteTags, removeOfProject, repositoryDeleted } from './trash.ts';
