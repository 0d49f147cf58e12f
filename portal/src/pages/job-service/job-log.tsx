import { Group, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { LogView } from '../../components/log-view.tsx';
import { Trouble } from '../../components/trouble.tsx';

const route = getRouteApi('/shell/harbor/job-service-dashboard/workers');

const lookAgainMilliseconds = 2_000;

/** The log of one job, while it runs and after. */
export function JobLog({ id, running }: { id: string; running: boolean }) {
  const { t } = useTranslation('job-service');
  const api = useApi();
  const navigate = route.useNavigate();
  const query = useQuery({
    queryKey: ['job-service', 'log', id, running],
    refetchInterval: running ? lookAgainMilliseconds : false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /jobservice/jobs/:job_id/log', { params: { job_id: id }, signal }),
  });
  const { data } = query;
  // Once: 200,000 lines take 20 ms, and the list around it is asked for every few seconds.
  const lines = useMemo(() => (data ? data.trimEnd().split('\n') : []), [data]);
  const label = t('workers.logTitle', { id });
  return (
    <>
      <Group mt="lg" mb="sm" justify="space-between">
        <Title order={2} size="h4">
          {label}
        </Title>
        <ActionButton
          size="compact-sm"
          variant="default"
          harmless
          onClick={() => void navigate({ search: {} })}
        >
          {t('dialog.close')}
        </ActionButton>
      </Group>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {data !== undefined && (
        <LogView
          label={label}
          lines={lines}
          growing={running}
          download={`/api/v2.0/jobservice/jobs/${id}/log`}
        />
      )}
    </>
  );
}
