export { additionsOf } from './addition-names.ts';
export { ArtifactParams, Tag } from './artifacts.contract.ts';
export { removeArtifact, removeArtifacts } from './deletion.ts';
export { type ArtifactRow, findArtifact } from './find.ts';
export { insertManifest, type ManifestProblem } from './insert-manifest.ts';
export { presentTag } from './present.ts';
export { removeTag, setTag } from './tag-changes.ts';
