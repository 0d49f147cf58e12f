export { quotaExceeded, tellQuotaExceeded } from './exceeded.ts';
export { checkedLimit, setProjectLimit, unlimited } from './quotas.ts';
