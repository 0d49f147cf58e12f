import { NativeSelect, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { NextRuns } from './next-runs.tsx';
import { cronOf } from './rule-draft.ts';
import { kindOf, type ScheduleKind, scheduleKinds, schedules } from './schedule.ts';
import type { RetentionState } from './use-retention.ts';

export function ScheduleDialog({ retention, onClose }: { retention: RetentionState; onClose: () => void }) {
  const { t } = useTranslation('policies');
  const { policy, save } = retention;
  const [kind, setKind] = useState<ScheduleKind>(() => kindOf(cronOf(policy)));
  const [custom, setCustom] = useState(cronOf(policy));
  const refusal =
    save.error instanceof ApiFailure && save.error.status === 400 ? save.error.message : undefined;
  const submit = () =>
    save.mutate(
      { cron: kind === 'custom' ? custom.trim() : schedules[kind] },
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
      disabled={kind === 'custom' && custom.trim() === ''}
      error={kind === 'custom' && refusal !== undefined ? null : save.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <NativeSelect
        label={t('schedule.when')}
        value={kind}
        data-autofocus
        data={scheduleKinds.map((one) => ({ value: one, label: t(`schedule.kind.${one}`) }))}
        onChange={({ currentTarget: { value } }) => {
          save.reset();
          setKind(scheduleKinds.find((one) => one === value) ?? 'none');
        }}
      />
      {kind === 'custom' ? (
        <CronField
          value={custom}
          error={refusal}
          onChange={(cron) => {
            save.reset();
            setCustom(cron);
          }}
        />
      ) : (
        <Text size="sm">{t(`schedule.says.${kind}`)}</Text>
      )}
      {kind !== 'none' && <NextRuns cron={kind === 'custom' ? custom : schedules[kind]} />}
      {kind !== 'none' && (
        <Text size="sm" c="dimmed">
          {t('schedule.warning')}
        </Text>
      )}
    </FormDialog>
  );
}

interface CronFieldProps {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (cron: string) => void;
}

function CronField({ value, error, onChange }: CronFieldProps) {
  const { t } = useTranslation('policies');
  return (
    <TextInput
      label={t('schedule.cron')}
      description={t('schedule.cronHelp')}
      placeholder="0 30 4 * * 1-5"
      value={value}
      maxLength={200}
      required
      autoComplete="off"
      spellCheck={false}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
