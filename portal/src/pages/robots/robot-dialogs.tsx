import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Robot } from '../../../../src/features/robots/robots.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog, FormDialog } from '../../components/dialog.tsx';
import { type Level, useRefreshList } from './level.ts';

export interface RobotDialogProps {
  readonly robot: Robot;
  readonly level: Level;
  readonly onClose: () => void;
}

/** Switching off takes pipelines down, so it is asked for; switching on is asked for too, because it opens a door. */
export function SwitchRobotDialog({ robot, level, onClose }: RobotDialogProps) {
  const { t } = useTranslation('robots');
  const api = useApi();
  const refreshList = useRefreshList(level);
  const { name = '', disable: off } = robot;
  const change = useMutation({
    mutationFn: async () => {
      const params = { robot_id: robot.id ?? 0 };
      // A robot is only ever written whole: what it may do is taken as it is now, not as this page once read it.
      const now = await api('GET /robots/:robot_id', { params });
      await api('PUT /robots/:robot_id', { params, body: { ...now, disable: !off } });
    },
    onSuccess: async () => {
      notifications.show({ message: off ? t('robots.enabled', { name }) : t('robots.disabled', { name }) });
      onClose();
      await refreshList();
    },
  });
  return (
    <FormDialog
      title={off ? t('robots.enableNamed', { name }) : t('robots.disableNamed', { name })}
      action={off ? t('robots.enable') : t('robots.disable')}
      dangerous={!off}
      pending={change.isPending}
      error={change.error}
      onClose={onClose}
      onSubmit={() => change.mutate()}
    >
      <span>{off ? t('robots.enableText') : t('robots.disableText')}</span>
    </FormDialog>
  );
}

export function DeleteRobotDialog({ robot, level, onClose }: RobotDialogProps) {
  const { t } = useTranslation('robots');
  const api = useApi();
  const refreshList = useRefreshList(level);
  const { name = '' } = robot;
  const remove = useMutation({
    mutationFn: () => api('DELETE /robots/:robot_id', { params: { robot_id: robot.id ?? 0 } }),
    onSuccess: async () => {
      notifications.show({ message: t('robots.deleted', { name }) });
      onClose();
      await refreshList();
    },
  });
  return (
    <ConfirmDialog
      title={t('robots.deleteNamed', { name })}
      text={t('robots.deleteText')}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
