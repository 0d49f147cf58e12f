export { record } from './audit.ts';
