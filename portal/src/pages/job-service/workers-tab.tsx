import { Group, Skeleton, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Worker, WorkerPool } from '../../../../src/features/job-admin/job-admin.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import type { Column } from '../../components/data-table.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { Moment } from '../../components/moment.tsx';
import { ShortList } from '../../components/short-list.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { JobLog } from './job-log.tsx';
import { useKindName } from './kinds.ts';
import { all, lookAgainMilliseconds } from './use-queues.ts';

const route = getRouteApi('/shell/harbor/job-service-dashboard/workers');

export function WorkersTab() {
  const { t } = useTranslation('job-service');
  const { job } = route.useSearch();
  const [stopping, setStopping] = useState<string>();
  const pools = usePools();
  const workers = useWorkers();
  const error = pools.error ?? workers.error;
  if (error && !(pools.data && workers.data)) {
    return <Trouble error={error} retry={() => void Promise.all([pools.refetch(), workers.refetch()])} />;
  }
  if (!pools.data || !workers.data) return <Skeleton height={240} mt="md" />;
  const running = workers.data;
  return (
    <>
      <Title order={2} size="h4" my="sm">
        {t('workers.running')}
      </Title>
      <Running workers={running} pools={pools.data} stop={setStopping} />
      {job !== undefined && (
        <JobLog key={job} id={String(job)} running={running.some(({ job_id }) => job_id === String(job))} />
      )}
      <Title order={2} size="h4" mt="lg" mb="sm">
        {t('workers.pools')}
      </Title>
      <Pools pools={pools.data} workers={running} />
      {stopping !== undefined && <StopDialog job={stopping} onClose={() => setStopping(undefined)} />}
    </>
  );
}

function usePools() {
  const api = useApi();
  return useQuery({
    queryKey: ['job-service', 'pools'],
    refetchInterval: lookAgainMilliseconds,
    queryFn: ({ signal }) => api('GET /jobservice/pools', { signal }),
  });
}

function useWorkers() {
  const api = useApi();
  return useQuery({
    queryKey: ['job-service', 'workers'],
    refetchInterval: lookAgainMilliseconds,
    queryFn: ({ signal }) =>
      api('GET /jobservice/pools/:pool_id/workers', { params: { pool_id: all }, signal }),
  });
}

interface RunningProps {
  readonly workers: readonly Worker[];
  readonly pools: readonly WorkerPool[];
  readonly stop: (job: string) => void;
}

function Running({ workers, pools, stop }: RunningProps) {
  const { t } = useTranslation('job-service');
  const navigate = route.useNavigate();
  const nameOf = useKindName();
  const button = { size: 'compact-xs', variant: 'default' } as const;
  const columns: Column<Worker>[] = [
    {
      id: 'job',
      label: t('workers.job'),
      cell: ({ job_name, job_id }) => t('workers.jobNamed', { name: nameOf(job_name), id: job_id }),
    },
    { id: 'since', label: t('workers.since'), cell: ({ start_at }) => <Moment time={start_at} /> },
    {
      id: 'where',
      label: t('workers.host'),
      cell: ({ pool_id }) => pools.find(({ worker_pool_id }) => worker_pool_id === pool_id)?.host ?? '–',
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: ({ job_id = '', job_name }) => (
        <Group gap="xs" wrap="nowrap">
          <ActionButton
            {...button}
            harmless
            aria-label={t('workers.logOf', { name: nameOf(job_name), id: job_id })}
            onClick={() => void navigate({ search: { job: Number(job_id) } })}
          >
            {t('workers.log')}
          </ActionButton>
          <ActionButton
            {...button}
            aria-label={t('workers.stopNamed', { name: nameOf(job_name), id: job_id })}
            onClick={() => stop(job_id)}
          >
            {t('workers.stop')}
          </ActionButton>
        </Group>
      ),
    },
  ];
  if (workers.length === 0) return <div className="nothing">{t('workers.idle')}</div>;
  return (
    <>
      <Group mb="sm" justify="flex-end">
        <ActionButton size="compact-sm" variant="default" onClick={() => stop(all)}>
          {t('workers.stopAll')}
        </ActionButton>
      </Group>
      <ShortList
        caption={t('workers.running')}
        columns={columns}
        keyOf={({ id = '' }) => id}
        rows={workers}
      />
    </>
  );
}

function Pools({ pools, workers }: { pools: readonly WorkerPool[]; workers: readonly Worker[] }) {
  const { t, i18n } = useTranslation('job-service');
  const number = new Intl.NumberFormat(i18n.language);
  const busy = (pool: WorkerPool) => workers.filter(({ pool_id }) => pool_id === pool.worker_pool_id).length;
  const columns: Column<WorkerPool>[] = [
    { id: 'host', label: t('workers.host'), cell: ({ host }) => host },
    { id: 'pid', label: t('workers.pid'), numeric: true, cell: ({ pid }) => pid },
    {
      id: 'busy',
      label: t('workers.busy'),
      numeric: true,
      cell: (pool) =>
        t('workers.busyOf', { busy: number.format(busy(pool)), slots: number.format(pool.concurrency ?? 0) }),
    },
    { id: 'since', label: t('workers.since'), cell: ({ start_at }) => <Moment time={start_at} /> },
    { id: 'seen', label: t('workers.seen'), cell: ({ heartbeat_at }) => <Moment time={heartbeat_at} /> },
  ];
  if (pools.length === 0) return <Text>{t('workers.noPools')}</Text>;
  return (
    <ShortList
      caption={t('workers.pools')}
      columns={columns}
      keyOf={({ worker_pool_id = '' }) => worker_pool_id}
      rows={pools}
    />
  );
}

function StopDialog({ job, onClose }: { job: string; onClose: () => void }) {
  const { t } = useTranslation('job-service');
  const api = useApi();
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => api('PUT /jobservice/jobs/:job_id', { params: { job_id: job } }),
    onSuccess: async () => {
      notifications.show({ message: t('workers.stopped') });
      onClose();
      await client.invalidateQueries({ queryKey: ['job-service'] });
    },
  });
  return (
    <ConfirmDialog
      title={job === all ? t('workers.stopAll') : t('workers.stopTitle', { id: job })}
      text={t('workers.stopText')}
      action={t('workers.stop')}
      pending={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onConfirm={() => stop.mutate()}
    />
  );
}
