import { Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { History } from '../../../../src/features/executions/executions.contract.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { noSchedule, readSchedule, type ScheduleValue } from '../../components/schedule.ts';
import { ScheduleFields } from '../../components/schedule-fields.tsx';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';
import { type Parameters, parametersOf, type Runs, useSchedule } from './use-runs.ts';

interface ScheduleCardProps<Options> {
  readonly runs: Runs;
  readonly read: (parameters: Parameters) => Options;
  readonly write: (options: Options) => Parameters;
  readonly options: (options: Options, change: (options: Options) => void) => ReactNode;
}

/** When the work is done by itself, and with which options. */
export function ScheduleCard<Options>(props: ScheduleCardProps<Options>) {
  const { t } = useTranslation('clean-up');
  const query = useSchedule(props.runs);
  return (
    <section className="card" aria-label={t('schedule.title')}>
      <h2>{t('schedule.title')}</h2>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {query.data === undefined && !query.error && <Skeleton height={120} />}
      {query.data !== undefined && (
        // Saved, or changed by somebody else: the form begins anew.
        <ScheduleForm key={query.data?.update_time ?? 'none'} {...props} saved={query.data} />
      )}
    </section>
  );
}

function ScheduleForm<Options>({
  runs,
  saved,
  read,
  write,
  options,
}: ScheduleCardProps<Options> & { saved: History | null }) {
  const { t } = useTranslation('clean-up');
  const before = saved ? readSchedule(saved.schedule?.cron) : noSchedule;
  const [value, setValue] = useState<ScheduleValue>(before);
  const [chosen, setChosen] = useState(() => read(saved ? parametersOf(saved) : {}));
  const [touched, setTouched] = useState(false);
  const save = useSave(runs);
  const touch = () => {
    setTouched(true);
    save.reset();
  };
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {saved ? (
          <>
            {t('schedule.next')} <Moment time={saved.schedule?.next_scheduled_time} />
          </>
        ) : (
          t('schedule.none')
        )}
      </Text>
      <ScheduleFields
        label={t('schedule.when')}
        value={value}
        onChange={(next) => {
          touch();
          setValue(next);
        }}
      />
      {value.type !== 'None' &&
        options(chosen, (next) => {
          touch();
          setChosen(next);
        })}
      <FormTrouble error={save.error} />
      <div>
        <ActionButton
          loading={save.isPending}
          refusal={touched ? undefined : t('schedule.unchanged')}
          onClick={() => save.mutate({ value, parameters: write(chosen) })}
        >
          {t('schedule.save')}
        </ActionButton>
      </div>
    </Stack>
  );
}

function useSave(runs: Runs) {
  const { t } = useTranslation('clean-up');
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ value: { type, cron }, parameters }: { value: ScheduleValue; parameters: Parameters }) =>
      runs.apply({ schedule: type === 'None' ? { type } : { type, cron }, parameters }),
    onSuccess: async () => {
      notifications.show({ message: t('schedule.saved') });
      await client.invalidateQueries({ queryKey: ['runs', runs.kind, 'schedule'] });
    },
  });
}
