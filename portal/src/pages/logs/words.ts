import { useTranslation } from 'react-i18next';

/** What the log knows; what it does not know yet is shown as the server names it. */
export const operations = [
  'create',
  'update',
  'delete',
  'pull',
  'login',
  'logout',
  'stop',
  'export',
] as const;
export const types = [
  'artifact',
  'tag',
  'repository',
  'project',
  'metadata',
  'member',
  'robot',
  'label',
  'retention_policy',
  'immutable_rule',
  'webhook',
  'quota',
  'user',
  'user_group',
  'configuration',
  'gc',
  'purge_audit',
  'job',
  'audit_log',
] as const;

export function useWords() {
  const { t } = useTranslation('logs');
  return {
    operation: (name: string) => {
      const known = operations.find((one) => one === name);
      return known ? t(`operations.${known}`) : name;
    },
    type: (name: string) => {
      const known = types.find((one) => one === name);
      return known ? t(`types.${known}`) : name;
    },
  };
}
