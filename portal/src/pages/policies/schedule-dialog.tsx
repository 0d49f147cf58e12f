import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { readSchedule } from '../../components/schedule.ts';
import { ScheduleFields } from '../../components/schedule-fields.tsx';
import { cronOf } from './rule-draft.ts';
import type { RetentionState } from './use-retention.ts';

export function ScheduleDialog({ retention, onClose }: { retention: RetentionState; onClose: () => void }) {
  const { t } = useTranslation('policies');
  const { policy, save } = retention;
  const [{ type, cron }, setSchedule] = useState(() => readSchedule(cronOf(policy)));
  const refusal =
    save.error instanceof ApiFailure && save.error.status === 400 ? save.error.message : undefined;
  const submit = () =>
    save.mutate(
      { cron: cron.trim() },
      {
        onSuccess: () => {
          notifications.show({ message: t('schedule.saved') });
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={t('schedule.title')}
      action={t('rule.save')}
      pending={save.isPending}
      disabled={type === 'Custom' && cron.trim() === ''}
      error={type === 'Custom' && refusal !== undefined ? null : save.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <ScheduleFields
        label={t('schedule.when')}
        value={{ type, cron }}
        error={refusal}
        onChange={(next) => {
          save.reset();
          setSchedule(next);
        }}
      />
      {type !== 'Custom' && <Text size="sm">{t(`schedule.says.${type}`)}</Text>}
      {type !== 'None' && (
        <Text size="sm" c="dimmed">
          {t('schedule.warning')}
        </Text>
      )}
    </FormDialog>
  );
}
