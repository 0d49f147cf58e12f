export { recordingFailedLogins, type SessionParts } from './sessions.ts';
