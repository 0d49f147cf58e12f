export { areRulesOutdated, protectionOf, pushRefusal, tagRefusal } from './protection.ts';
