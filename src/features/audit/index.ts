export { type AuditEntry, record } from './audit.ts';
