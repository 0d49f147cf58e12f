export { quotaExceeded, tellQuotaExceeded } from './exceeded.ts';
export { checkedLimit, setProjectLimit } from './quotas.ts';
export { usedStorage } from './used.ts';
