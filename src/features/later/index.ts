export { later, laterLogins } from './later.ts';
