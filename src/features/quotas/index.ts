export { checkedLimit, setProjectLimit, unlimited, usedStorage } from './quotas.ts';
