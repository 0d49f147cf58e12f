import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LedgerEntry } from '../../../../src/features/gc/gc.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { nameOf } from './ledger-columns.tsx';

export function RestoreDialog({ entry, onClose }: { entry: LedgerEntry; onClose: () => void }) {
  const { t } = useTranslation('clean-up');
  const api = useApi();
  const client = useQueryClient();
  const name = nameOf(entry);
  const restore = useMutation({
    mutationFn: () => {
      const [project_name = '', ...rest] = (entry.repository ?? '').split('/');
      return api('POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/restore', {
        params: { project_name, repository_name: rest.join('/'), reference: entry.restore?.reference ?? '' },
      });
    },
    onSuccess: async ({ artifacts, tags }) => {
      const counts = {
        artifacts: t('ledger.artifacts', { count: artifacts.length }),
        tags: t('ledger.tagCount', { count: tags.length }),
      };
      notifications.show({ message: t('ledger.restored', { name, ...counts }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['ledger'] });
    },
  });
  return (
    <FormDialog
      title={t('ledger.restoreNamed', { name })}
      action={t('ledger.restore')}
      pending={restore.isPending}
      error={restore.error}
      onClose={onClose}
      onSubmit={() => restore.mutate()}
    >
      <Text size="sm">{entry.kind === 'tag' ? t('ledger.restoreTag') : t('ledger.restoreArtifact')}</Text>
    </FormDialog>
  );
}
