export { readConfiguration } from './configuration.store.ts';
