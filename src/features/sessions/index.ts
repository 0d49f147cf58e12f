export type { SessionParts } from './sessions.ts';
