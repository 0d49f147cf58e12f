import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { regional } from '../i18n/regional.ts';
import { ApiFailure } from '../api/failure.ts';
import { useApi } from '../api/use-api.ts';
import { crons, type ScheduleValue, scheduleTypes } from './schedule.ts';
import './schedule-fields.css';

interface ScheduleFieldsProps {
  readonly label: string;
  readonly value: ScheduleValue;
  readonly error?: string | undefined;
  readonly onChange: (value: ScheduleValue) => void;
}

/** When something is done by itself, and when that would be. */
export function ScheduleFields({ label, value, error, onChange }: ScheduleFieldsProps) {
  const { t } = useTranslation();
  const preview = usePreview(value.cron);
  const refusal = value.cron.trim() === '' ? undefined : preview.refusal;
  const choose = (chosen: string) => {
    const type = scheduleTypes.find((one) => one === chosen) ?? 'None';
    onChange({ type, cron: type === 'Custom' ? value.cron : crons[type] });
  };
  return (
    <>
      <NativeSelect
        label={label}
        value={value.type}
        data={scheduleTypes.map((type) => ({ value: type, label: t(`schedule.types.${type}`) }))}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      {value.type === 'Custom' && (
        <TextInput
          label={t('schedule.cron')}
          description={t('schedule.cronHelp')}
          placeholder="0 30 2 * * 1-5"
          autoComplete="off"
          spellCheck={false}
          value={value.cron}
          error={error ?? refusal}
          onChange={(event) => onChange({ type: 'Custom', cron: event.currentTarget.value })}
        />
      )}
      {value.type !== 'None' && preview.next.length > 0 && refusal === undefined && (
        <NextTimes times={preview.next} />
      )}
    </>
  );
}

function usePreview(cron: string): { next: readonly string[]; refusal: string | undefined } {
  const api = useApi();
  const [typed] = useDebouncedValue(cron.trim(), 200);
  const { data, error } = useQuery({
    queryKey: ['schedule-preview', typed],
    enabled: typed !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /schedules/preview', { query: { cron: typed }, signal }),
  });
  const refused = error instanceof ApiFailure && error.status === 400;
  return { next: typed === '' ? [] : (data?.next ?? []), refusal: refused ? error.message : undefined };
}

/** Schedules are UTC, days are not: both are shown. */
function NextTimes({ times }: { times: readonly string[] }) {
  const { t, i18n } = useTranslation();
  const format = (timeZone?: string) =>
    new Intl.DateTimeFormat(regional(i18n.language), {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
      ...(timeZone === undefined ? {} : { timeZone }),
    });
  const [local, utc] = [format(), format('UTC')];
  return (
    <div>
      <Text size="sm">{t('schedule.next')}</Text>
      <ol className="schedule-times">
        {times.map((time) => (
          <li key={time}>
            <time dateTime={time}>{local.format(new Date(time))}</time>
            {local.format(new Date(time)) !== utc.format(new Date(time)) && (
              <Text span inherit c="dimmed">
                {' '}
                {t('schedule.utc', { time: utc.format(new Date(time)) })}
              </Text>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
