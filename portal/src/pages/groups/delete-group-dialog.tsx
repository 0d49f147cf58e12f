import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { UserGroup } from '../../../../src/features/groups/groups.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';

export function DeleteGroupDialog({ group, onClose }: { group: UserGroup; onClose: () => void }) {
  const { t } = useTranslation('groups');
  const api = useApi();
  const client = useQueryClient();
  const { id: group_id = 0, group_name: name } = group;
  const remove = useMutation({
    mutationFn: () => api('DELETE /usergroups/:group_id', { params: { group_id } }),
    onSuccess: async () => {
      notifications.show({ message: t('deleted', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['groups'] });
    },
  });
  return (
    <ConfirmDialog
      title={t('deleteNamed', { name })}
      text={t('deleteText')}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
