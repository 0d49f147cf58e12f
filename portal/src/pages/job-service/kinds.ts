import { useTranslation } from 'react-i18next';

const kinds = [
  'AUDIT_LOGS_GDPR_COMPLIANT',
  'BULK',
  'EXECUTION_SWEEP',
  'GARBAGE_COLLECTION',
  'IMAGE_SCAN',
  'P2P_PREHEAT',
  'PURGE_AUDIT_LOG',
  'REPLICATION',
  'RETENTION',
  'SCAN_DATA_EXPORT',
  'SCHEDULER',
  'SLACK',
  'SYSTEM_ARTIFACT_CLEANUP',
  'WEBHOOK',
] as const;

/** Harbor's kinds of background work, for people; one that has no name here goes by Harbor's. */
export function useKindName(): (kind: string | undefined) => string {
  const { t } = useTranslation('job-service');
  return (kind = '') => {
    const known = kinds.find((one) => one === kind);
    return known === undefined ? kind : t(`kinds.${known}`);
  };
}
