export { removeOldHistory } from './tag-history.ts';
