import { Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { shortDigest } from './digest-link.tsx';
import { useRepository } from './repository-context.ts';

interface AddTagDialogProps {
  readonly digest: string;
  readonly onClose: () => void;
}

export function AddTagDialog({ digest, onClose }: AddTagDialogProps) {
  const { t } = useTranslation('repository');
  const [name, setName] = useState('');
  const add = useAddTag(digest, onClose);
  // What the server says about the name stands at the name.
  const isAboutName = add.error instanceof ApiFailure && add.error.status === 400;
  return (
    <FormDialog
      title={t('addTagTo', { name: shortDigest(digest) })}
      action={t('setTag')}
      disabled={name.trim() === ''}
      pending={add.isPending}
      error={isAboutName ? null : add.error}
      onClose={onClose}
      onSubmit={() => add.mutate(name.trim())}
    >
      <Text size="sm">{t('addTagHelp')}</Text>
      <TextInput
        label={t('tag')}
        description={t('tagRule')}
        value={name}
        error={isAboutName ? add.error?.message : undefined}
        maxLength={128}
        autoComplete="off"
        data-autofocus
        onChange={(event) => {
          setName(event.currentTarget.value);
          add.reset();
        }}
      />
    </FormDialog>
  );
}

function useAddTag(digest: string, onClose: () => void) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const { name: repository, path } = useRepository();
  return useMutation({
    mutationFn: (name: string) =>
      api('POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags', {
        params: { ...path, reference: digest },
        body: { name },
      }),
    onSuccess: async (_, name) => {
      notifications.show({ message: t('tagAdded', { name }) });
      onClose();
      await Promise.all([
        client.invalidateQueries({ queryKey: ['tags', id, repository] }),
        client.invalidateQueries({ queryKey: ['artifacts', id, repository] }),
      ]);
    },
  });
}
