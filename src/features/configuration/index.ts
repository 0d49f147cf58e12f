export type { ConfigurationParts } from './configuration.ts';
export { readConfiguration, readShown } from './configuration.store.ts';
export { applyGivenSettings } from './start.ts';
