import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Quota } from '../../../../src/features/quotas/quotas.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { readableBytes } from '../../components/bytes.ts';
import { LimitDialog } from './limit-dialog.tsx';

export function QuotaDialog({ quota, onClose }: { quota: Quota; onClose: () => void }) {
  const { t, i18n } = useTranslation('quotas');
  const api = useApi();
  const client = useQueryClient();
  const { id = 0, ref, used, hard } = quota;
  const name = ref?.name ?? '';
  const update = useMutation({
    mutationFn: (storage: number) => api('PUT /quotas/:id', { params: { id }, body: { hard: { storage } } }),
    onSuccess: async () => {
      notifications.show({ message: t('changed', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['quotas'] });
      await client.invalidateQueries({ queryKey: ['summary'] });
    },
  });
  return (
    <LimitDialog
      title={t('changeNamed', { name })}
      limit={hard['storage'] ?? -1}
      pending={update.isPending}
      error={update.error}
      onClose={onClose}
      onSave={update.mutate}
    >
      <Text size="sm">{t('usedNow', { used: readableBytes(used['storage'] ?? 0, i18n.language) })}</Text>
    </LimitDialog>
  );
}
