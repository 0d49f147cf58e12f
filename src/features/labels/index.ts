export { attachLabel, detachLabel, requireLabel } from './attachments.ts';
