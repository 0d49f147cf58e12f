export { previewOf, type RepositoryPreview } from './preview.ts';
export { carryOutRetention } from './retention.job.ts';
export { findPolicy, type PolicyRow } from './retention.store.ts';
export { scheduledRetention } from './runs.ts';
