import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../api/failure.ts';
import { useApi } from '../api/use-api.ts';
import { ConfirmDialog, FormDialog } from '../components/dialog.tsx';
import { shortDigest } from '../components/digest.ts';
import { RefusingRule } from '../components/immutable-rule.tsx';
import { useRepository } from '../components/repository-context.ts';
import { offerUndo } from './undo.tsx';

interface AddTagDialogProps {
  readonly digest: string;
  readonly onClose: () => void;
}

export function AddTagDialog({ digest, onClose }: AddTagDialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const add = useAddTag(digest, onClose);
  // What the server says about the name stands at the name.
  const onName =
    add.error instanceof ApiFailure && [400, 409, 412].includes(add.error.status) ? add.error : undefined;
  return (
    <FormDialog
      title={t('artifactActions.addTagTo', { name: shortDigest(digest) })}
      action={t('artifactActions.addTag')}
      pending={add.isPending}
      disabled={name.trim() === ''}
      error={onName ? null : add.error}
      onClose={onClose}
      onSubmit={() => add.mutate(name.trim())}
    >
      <TextInput
        label={t('artifactActions.tag')}
        description={t('artifactActions.tagRule')}
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
      {onName && <RefusingRule error={onName} />}
    </FormDialog>
  );
}

function useAddTag(digest: string, onClose: () => void) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const { path } = useRepository();
  return useMutation({
    mutationFn: (name: string) =>
      api('POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags', {
        params: { ...path, reference: digest },
        body: { name },
      }),
    onSuccess: async (_, name) => {
      notifications.show({ message: t('artifactActions.tagAdded', { name }) });
      onClose();
      await client.invalidateQueries();
    },
  });
}

interface RemoveTagDialogProps {
  readonly tag: string;
  readonly digest: string;
  readonly onClose: () => void;
}

export function RemoveTagDialog({ tag: name, digest, onClose }: RemoveTagDialogProps) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const { path } = useRepository();
  const remove = useMutation({
    mutationFn: () =>
      api(
        'DELETE /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags/:tag_name',
        { params: { ...path, reference: digest, tag_name: name } },
      ),
    onSuccess: async () => {
      offerUndo({ text: t('artifactActions.tagDeleted', { name }), params: { ...path, reference: name } });
      onClose();
      await client.invalidateQueries();
    },
  });
  return (
    <ConfirmDialog
      title={t('artifactActions.deleteTagNamed', { name })}
      text={t('artifactActions.deleteTagText', { digest: shortDigest(digest) })}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
