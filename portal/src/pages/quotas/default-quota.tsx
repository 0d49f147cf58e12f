import { Group, Skeleton, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { readableBytes } from '../../components/bytes.ts';
import { Trouble } from '../../components/trouble.tsx';
import { LimitDialog } from './limit-dialog.tsx';

/** What new projects begin with. */
export function DefaultQuota() {
  const { t, i18n } = useTranslation('quotas');
  const api = useApi();
  const [open, setOpen] = useState(false);
  const query = useQuery({
    queryKey: ['configurations'],
    queryFn: ({ signal }) => api('GET /configurations', { signal }),
  });
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const setting = query.data?.storage_per_project;
  if (!setting) return <Skeleton height={30} mb="sm" />;
  const shown = setting.value < 0 ? t('project.unlimited') : readableBytes(setting.value, i18n.language);
  return (
    <Group mb="sm" gap="xs">
      <Text>
        {t('default')} <strong>{shown}</strong>
      </Text>
      <ActionButton
        size="compact-sm"
        variant="default"
        aria-label={t('changeDefault')}
        refusal={setting.editable ? undefined : t('setAtStart')}
        onClick={() => setOpen(true)}
      >
        {t('change')}
      </ActionButton>
      {open && <DefaultDialog limit={setting.value} onClose={() => setOpen(false)} />}
    </Group>
  );
}

function DefaultDialog({ limit, onClose }: { limit: number; onClose: () => void }) {
  const { t } = useTranslation('quotas');
  const api = useApi();
  const client = useQueryClient();
  const update = useMutation({
    mutationFn: (storage_per_project: number) =>
      api('PUT /configurations', { body: { storage_per_project } }),
    onSuccess: async () => {
      notifications.show({ message: t('defaultChanged') });
      onClose();
      await client.invalidateQueries({ queryKey: ['configurations'] });
    },
  });
  return (
    <LimitDialog
      title={t('changeDefault')}
      limit={limit}
      pending={update.isPending}
      error={update.error}
      onClose={onClose}
      onSave={update.mutate}
    >
      <Text size="sm">{t('defaultHelp')}</Text>
    </LimitDialog>
  );
}
