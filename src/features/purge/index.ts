export { purgeSchedule } from './purge.ts';
