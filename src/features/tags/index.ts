export { selectTags } from './tags.store.ts';
