import { Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JobQueue } from '../../../../src/features/job-admin/job-admin.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import type { Column } from '../../components/data-table.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { readableDuration } from '../../components/duration.ts';
import { ShortList } from '../../components/short-list.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';
import { useKindName } from './kinds.ts';
import { all, lookAgainMilliseconds, type QueueChange, useQueueChange } from './use-queues.ts';

/** A queue that has not moved for a day needs somebody to look. */
const longSeconds = 86_400;

export function QueuesTab() {
  const { t } = useTranslation('job-service');
  const api = useApi();
  const [dropping, setDropping] = useState<string>();
  const change = useQueueChange();
  const query = useQuery({
    queryKey: ['job-service', 'queues'],
    refetchInterval: lookAgainMilliseconds,
    queryFn: ({ signal }) => api('GET /jobservice/queues', { signal }),
  });
  const columns = useColumns(change.mutate, setDropping);
  if (query.error && !query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={400} mt="md" />;
  const waiting = query.data.reduce((sum, { count = 0 }) => sum + count, 0);
  return (
    <>
      <Group my="sm" gap="xs">
        <Text mr="auto" role="status">
          {t('queues.waiting', { count: waiting })}
        </Text>
        <AllButtons queues={query.data} change={change.mutate} drop={() => setDropping(all)} />
      </Group>
      <FormTrouble error={change.error} />
      <ShortList
        caption={t('queues.title')}
        columns={columns}
        keyOf={({ job_type = '' }) => job_type}
        rows={query.data}
      />
      {dropping !== undefined && <DropDialog kind={dropping} onClose={() => setDropping(undefined)} />}
    </>
  );
}

interface AllButtonsProps {
  readonly queues: readonly JobQueue[];
  readonly change: (change: QueueChange) => void;
  readonly drop: () => void;
}

function AllButtons({ queues, change, drop }: AllButtonsProps) {
  const { t } = useTranslation('job-service');
  const button = { size: 'compact-sm', variant: 'default' } as const;
  return (
    <>
      <ActionButton
        {...button}
        refusal={queues.every(({ paused }) => paused) ? t('queues.allPaused') : undefined}
        onClick={() => change({ job_type: all, action: 'pause' })}
      >
        {t('queues.pauseAll')}
      </ActionButton>
      <ActionButton
        {...button}
        refusal={queues.some(({ paused }) => paused) ? undefined : t('queues.nonePaused')}
        onClick={() => change({ job_type: all, action: 'resume' })}
      >
        {t('queues.resumeAll')}
      </ActionButton>
      <ActionButton
        {...button}
        refusal={queues.some(({ count = 0 }) => count > 0) ? undefined : t('queues.nothingWaits')}
        onClick={drop}
      >
        {t('queues.dropAll')}
      </ActionButton>
    </>
  );
}

function useColumns(change: (change: QueueChange) => void, drop: (kind: string) => void): Column<JobQueue>[] {
  const { t, i18n } = useTranslation('job-service');
  const nameOf = useKindName();
  const button = { size: 'compact-xs', variant: 'default' } as const;
  return [
    { id: 'kind', label: t('kind'), cell: ({ job_type }) => nameOf(job_type) },
    {
      id: 'state',
      label: t('queues.state'),
      cell: ({ paused }) => (
        <StateMark tone={paused ? 'bad' : 'quiet'}>
          {paused ? t('queues.paused') : t('queues.open')}
        </StateMark>
      ),
    },
    {
      id: 'count',
      label: t('queues.count'),
      numeric: true,
      cell: ({ count = 0 }) => new Intl.NumberFormat(i18n.language).format(count),
    },
    { id: 'latency', label: t('queues.latency'), numeric: true, cell: (queue) => <Latency {...queue} /> },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: ({ job_type = '', paused, count = 0 }) => {
        const action = paused ? 'resume' : 'pause';
        const name = nameOf(job_type);
        return (
          <Group gap="xs" wrap="nowrap">
            <ActionButton
              {...button}
              aria-label={t(`queues.named.${action}`, { name })}
              onClick={() => change({ job_type, action })}
            >
              {t(`queues.${action}`)}
            </ActionButton>
            <ActionButton
              {...button}
              aria-label={t('queues.named.stop', { name })}
              refusal={count === 0 ? t('queues.nothingWaits') : undefined}
              onClick={() => drop(job_type)}
            >
              {t('queues.stop')}
            </ActionButton>
          </Group>
        );
      },
    },
  ];
}

function Latency({ count = 0, latency = 0 }: JobQueue) {
  const { t, i18n } = useTranslation('job-service');
  if (count === 0) return <>–</>;
  const text = readableDuration(latency, i18n.language);
  return latency < longSeconds ? <>{text}</> : <strong>{t('queues.long', { text })}</strong>;
}

function DropDialog({ kind, onClose }: { kind: string; onClose: () => void }) {
  const { t } = useTranslation('job-service');
  const nameOf = useKindName();
  const drop = useQueueChange(onClose);
  return (
    <ConfirmDialog
      title={kind === all ? t('queues.dropAll') : t('queues.named.stop', { name: nameOf(kind) })}
      text={t('queues.dropText')}
      action={t('queues.stop')}
      pending={drop.isPending}
      error={drop.error}
      onClose={onClose}
      onConfirm={() => drop.mutate({ job_type: kind, action: 'stop' })}
    />
  );
}
