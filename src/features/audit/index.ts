export { type AuditEntry, record, recordAll, recordFailed } from './audit.ts';
export { eventTypes, isRecorded } from './events.ts';
export { beginForwarding } from './forward.store.ts';
export { AuditUpkeep } from './upkeep.ts';
export { Refusals } from './refusals.ts';
