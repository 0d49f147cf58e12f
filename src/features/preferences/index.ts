export { getPreferences } from './preferences.ts';
