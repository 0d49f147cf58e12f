export type { ConfigurationParts } from './configuration.ts';
export { readConfiguration } from './configuration.store.ts';
export { applyGivenSettings } from './start.ts';
