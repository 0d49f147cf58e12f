export { quotaExceeded } from './exceeded.ts';
export { checkedLimit, setProjectLimit, unlimited } from './quotas.ts';
