import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../../src/features/projects/projects.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useForget } from '../../components/recent.ts';
import { projectPlace } from '../../places.ts';

export function DeleteProjectDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const { name = '', project_id = 0 } = project;
  const forget = useForget();
  const remove = useMutation({
    mutationFn: () =>
      api('DELETE /projects/:project_name_or_id', { params: { project_name_or_id: String(project_id) } }),
    onSuccess: async () => {
      forget(projectPlace(project_id));
      notifications.show({ message: t('projects.deleted', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['projects'] });
    },
  });
  return (
    <ConfirmDialog
      title={t('projects.deleteNamed', { name })}
      text={t('projects.deleteText')}
      phrase={name}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
