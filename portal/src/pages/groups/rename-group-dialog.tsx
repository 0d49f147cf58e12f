import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserGroup } from '../../../../src/features/groups/groups.contract.ts';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';

/** Harbor: of a group only its name changes. */
export function RenameGroupDialog({ group, onClose }: { group: UserGroup; onClose: () => void }) {
  const { t } = useTranslation('groups');
  const api = useApi();
  const client = useQueryClient();
  const { id: group_id = 0, group_name: before = '' } = group;
  const [name, setName] = useState(before);
  const rename = useMutation({
    mutationFn: () =>
      api('PUT /usergroups/:group_id', { params: { group_id }, body: { group_name: name.trim() } }),
    onSuccess: async () => {
      notifications.show({ message: t('renamed', { name: name.trim() }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['groups'] });
    },
  });
  const refusal = rename.error instanceof ApiFailure && [400, 409].includes(rename.error.status);
  return (
    <FormDialog
      title={t('renameNamed', { name: before })}
      action={t('rename')}
      pending={rename.isPending}
      disabled={name.trim() === ''}
      error={refusal ? null : rename.error}
      onClose={onClose}
      onSubmit={() => rename.mutate()}
    >
      <TextInput
        label={t('projects.name')}
        required
        data-autofocus
        autoComplete="off"
        value={name}
        error={refusal ? rename.error?.message : undefined}
        onChange={({ currentTarget }) => {
          rename.reset();
          setName(currentTarget.value);
        }}
      />
    </FormDialog>
  );
}
