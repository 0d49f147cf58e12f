export { type AuditEntry, record, recordFailed } from './audit.ts';
export { eventTypes, isRecorded } from './events.ts';
export { AuditUpkeep } from './upkeep.ts';
export { Refusals } from './refusals.ts';
