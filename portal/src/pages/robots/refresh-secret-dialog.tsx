import { Radio } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { DialogForm } from '../../components/dialog.tsx';
import { useRefreshList } from './level.ts';
import type { RobotDialogProps } from './robot-dialogs.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { endOf } from './state.ts';
import { PasswordField } from '../../components/password-field.tsx';

export function RefreshSecretDialog({ robot, level, onClose }: RobotDialogProps) {
  const { t } = useTranslation('robots');
  const api = useApi();
  const refreshList = useRefreshList(level);
  const [kind, setKind] = useState('random');
  const [own, setOwn] = useState('');
  const { id = 0, name = '' } = robot;
  const chosen = kind === 'own' ? own : '';
  const refresh = useMutation({
    // Neither what was typed nor what came back is kept when the dialog is gone.
    gcTime: 0,
    mutationFn: async () => {
      const answer = await api('PATCH /robots/:robot_id', {
        params: { robot_id: id },
        body: { secret: chosen },
      });
      return answer.secret ?? chosen;
    },
    onSuccess: refreshList,
  });
  const refusal =
    refresh.error instanceof ApiFailure && refresh.error.status === 400 ? refresh.error.message : undefined;
  const secret =
    refresh.data === undefined ? undefined : { name, secret: refresh.data, expires: endOf(robot) };
  return (
    <SecretDialog title={t('robots.refreshNamed', { name })} secret={secret} onClose={onClose}>
      <DialogForm
        action={t('robots.refresh')}
        pending={refresh.isPending}
        disabled={kind === 'own' && own === ''}
        error={refusal === undefined ? refresh.error : null}
        onClose={onClose}
        onSubmit={() => refresh.mutate()}
      >
        <span>{t('refresh.text')}</span>
        <Radio.Group label={t('refresh.kind')} value={kind} onChange={setKind}>
          <Radio value="random" label={t('refresh.random')} my="xs" data-autofocus />
          <Radio value="own" label={t('refresh.own')} />
        </Radio.Group>
        {kind === 'own' && (
          <PasswordField
            label={t('secret.secret')}
            description={t('refresh.rule')}
            required
            autoComplete="new-password"
            value={own}
            error={refusal}
            onChange={(event) => {
              refresh.reset();
              setOwn(event.currentTarget.value);
            }}
            visibilityToggleButtonProps={{ 'aria-label': t('refresh.show') }}
          />
        )}
      </DialogForm>
    </SecretDialog>
  );
}
