import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { shortDigest } from './digest-link.tsx';
import { useRepository } from './repository-context.ts';

interface RemoveTagDialogProps {
  readonly tag: string;
  readonly digest: string;
  readonly onClose: () => void;
}

export function RemoveTagDialog({ tag: name, digest, onClose }: RemoveTagDialogProps) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const { name: repository, path } = useRepository();
  const remove = useMutation({
    mutationFn: () =>
      api(
        'DELETE /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags/:tag_name',
        {
          params: { ...path, reference: digest, tag_name: name },
        },
      ),
    onSuccess: async () => {
      notifications.show({ message: t('tagRemoved', { name }) });
      onClose();
      await Promise.all([
        client.invalidateQueries({ queryKey: ['tags', id, repository] }),
        client.invalidateQueries({ queryKey: ['artifacts', id, repository] }),
      ]);
    },
  });
  return (
    <ConfirmDialog
      title={t('removeTagNamed', { name })}
      text={t('removeTagText', { digest: shortDigest(digest) })}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
