export { announceEvents } from './announce.ts';
export type { WebhookParts } from './webhooks.ts';
