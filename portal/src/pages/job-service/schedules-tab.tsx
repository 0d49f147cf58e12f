import { Anchor, Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ScheduleTask } from '../../../../src/features/job-admin/job-admin.contract.ts';
import { listSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { useKindName } from './kinds.ts';
import { scheduler, useQueueChange } from './use-queues.ts';

const route = getRouteApi('/shell/harbor/job-service-dashboard/schedules');

export function SchedulesTab() {
  const { t } = useTranslation('job-service');
  const api = useApi();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const query = useQuery({
    queryKey: ['job-service', 'schedules', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /schedules', { query: pageOf(search), signal }),
  });
  const columns = useColumns();
  return (
    <>
      <PauseSchedules />
      <DataTable
        caption={t('schedules.title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={change}
        filtered={false}
        empty={
          <>
            <Text mb="sm">{t('schedules.none')}</Text>
            <Anchor renderRoot={(props) => <Link {...props} to="/harbor/clearing-job/gc" search={{}} />}>
              {t('schedules.collect')}
            </Anchor>
          </>
        }
      />
    </>
  );
}

function PauseSchedules() {
  const { t } = useTranslation('job-service');
  const api = useApi();
  const change = useQueueChange();
  const { data } = useQuery({
    queryKey: ['job-service', 'schedules-paused'],
    queryFn: ({ signal }) => api('GET /schedules/:job_type/paused', { params: { job_type: 'all' }, signal }),
  });
  const paused = data?.paused ?? false;
  const action = paused ? 'resume' : 'pause';
  return (
    <>
      <Group my="sm" gap="sm">
        <StateMark tone={paused ? 'bad' : 'quiet'}>
          {paused ? t('queues.paused') : t('queues.open')}
        </StateMark>
        <Text mr="auto">{paused ? t('schedules.paused') : t('schedules.open')}</Text>
        <ActionButton
          size="compact-sm"
          variant="default"
          onClick={() => change.mutate({ job_type: scheduler, action })}
        >
          {t(`schedules.${action}`)}
        </ActionButton>
      </Group>
      <FormTrouble error={change.error} />
    </>
  );
}

function useColumns(): Column<ScheduleTask>[] {
  const { t } = useTranslation('job-service');
  const nameOf = useKindName();
  return [
    { id: 'kind', label: t('kind'), cell: (schedule) => <Scheduled {...schedule} name={nameOf} /> },
    { id: 'cron', label: t('schedules.cron'), cell: ({ cron }) => <code>{cron}</code> },
    {
      id: 'next',
      label: t('schedules.next'),
      cell: ({ next_scheduled_time }) => <Moment time={next_scheduled_time} />,
    },
    {
      id: 'changed',
      label: t('schedules.changed'),
      cell: ({ update_time }) => <Moment time={update_time} />,
    },
  ];
}

/** What is scheduled, with the way to where it is set. */
function Scheduled({
  vendor_type,
  vendor_id = -1,
  name,
}: ScheduleTask & { name: (kind: string | undefined) => string }) {
  const { t } = useTranslation('job-service');
  const text = name(vendor_type);
  if (vendor_type === 'GARBAGE_COLLECTION') {
    return (
      <Anchor renderRoot={(props) => <Link {...props} to="/harbor/clearing-job/gc" search={{}} />}>
        {text}
      </Anchor>
    );
  }
  if (vendor_type === 'PURGE_AUDIT_LOG') {
    return (
      <Anchor
        renderRoot={(props) => <Link {...props} to="/harbor/clearing-job/audit-log-purge" search={{}} />}
      >
        {text}
      </Anchor>
    );
  }
  return <>{vendor_id > 0 ? t('schedules.policy', { name: text, id: vendor_id }) : text}</>;
}
