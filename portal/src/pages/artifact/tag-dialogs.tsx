import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog, FormDialog } from '../../components/dialog.tsx';
import { useArtifact } from './artifact-context.ts';
import { offerUndo } from './undo.tsx';

export function AddTagDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('artifact');
  const api = useApi();
  const client = useQueryClient();
  const { digest, params } = useArtifact();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () =>
      api('POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags', {
        params: { ...params, reference: digest },
        body: { name: name.trim() },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('tags.added', { name: name.trim() }) });
      onClose();
      await client.invalidateQueries();
    },
  });
  const onName =
    add.error instanceof ApiFailure && [400, 409, 412].includes(add.error.status) ? add.error : undefined;
  return (
    <FormDialog
      title={t('tags.add')}
      action={t('tags.add')}
      pending={add.isPending}
      disabled={name.trim() === ''}
      error={onName ? null : add.error}
      onClose={onClose}
      onSubmit={() => add.mutate()}
    >
      <TextInput
        label={t('tags.name')}
        description={t('tags.moves')}
        required
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
        value={name}
        error={onName?.message}
        onChange={(event) => {
          add.reset();
          setName(event.currentTarget.value);
        }}
      />
    </FormDialog>
  );
}

export function RemoveTagDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation('artifact');
  const api = useApi();
  const client = useQueryClient();
  const { digest, params } = useArtifact();
  const remove = useMutation({
    mutationFn: () =>
      api(
        'DELETE /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags/:tag_name',
        { params: { ...params, reference: digest, tag_name: name } },
      ),
    onSuccess: async () => {
      offerUndo({ text: t('tags.removed', { name }), params: { ...params, reference: name } });
      onClose();
      await client.invalidateQueries();
    },
  });
  return (
    <ConfirmDialog
      title={t('tags.removeNamed', { name })}
      text={t('tags.removeText')}
      action={t('tags.remove')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
