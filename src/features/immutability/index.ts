export {
  areRulesOutdated,
  judgedBy,
  protectionOf,
  pushRefusal,
  ruleNamedBy,
  tagRefusal,
} from './protection.ts';
