export { type ArtifactRow, findArtifact } from './find.ts';
