export { previewEach, type PreviewedArtifact } from './preview.ts';
export { carryOutRetention } from './retention.job.ts';
export { findPolicyOf } from './retention.store.ts';
export { scheduledRetention } from './runs.ts';
