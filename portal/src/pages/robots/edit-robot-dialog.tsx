import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Robot } from '../../../../src/features/robots/robots.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { permissionsOf, type Scope, scopesOf } from './grants.ts';
import { useRefreshList } from './level.ts';
import type { RobotDialogProps } from './robot-dialogs.tsx';
import { type Draft, durationOf, isComplete, RobotFields } from './robot-form.tsx';

export function EditRobotDialog({ robot, level, onClose }: RobotDialogProps) {
  const { t } = useTranslation('robots');
  const api = useApi();
  const refreshList = useRefreshList(level);
  const [draft, setDraft] = useState(() => draftOf(robot));
  const { id = 0, name = '' } = robot;
  const save = useMutation({
    mutationFn: () =>
      api('PUT /robots/:robot_id', {
        params: { robot_id: id },
        body: {
          name,
          level: robot.level ?? '',
          disable: robot.disable,
          description: draft.description,
          duration: durationOf(draft),
          permissions: permissionsOf(draft.scopes),
        },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('robots.changed', { name }) });
      onClose();
      await refreshList();
    },
  });
  return (
    <FormDialog
      title={t('robots.editNamed', { name })}
      size="xl"
      action={t('form.save')}
      pending={save.isPending}
      disabled={!isComplete(draft)}
      error={save.error}
      onClose={onClose}
      onSubmit={() => save.mutate()}
    >
      <RobotFields level={level} draft={draft} created={new Date(robot.creation_time)} onChange={setDraft} />
    </FormDialog>
  );
}

/** A robot of the registry that has nothing to do in the registry itself may be given something. */
function draftOf({ level, description = '', duration = 0, permissions }: Robot): Draft {
  const scopes = scopesOf(permissions);
  const lacking = level === 'system' && !scopes.some(({ kind }) => kind === 'system');
  const system: Scope = { kind: 'system', namespace: '/', granted: new Set(), denied: [] };
  return {
    description,
    expires: duration === -1 ? 'never' : 'days',
    days: duration > 0 ? String(duration) : '30',
    scopes: lacking ? [system, ...scopes] : scopes,
  };
}
