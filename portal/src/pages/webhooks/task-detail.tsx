import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { LogView } from '../../components/log-view.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { Exchange } from './exchange.tsx';

export interface DeliveryPath {
  readonly project_name_or_id: string;
  readonly webhook_policy_id: number;
  readonly execution_id: number;
}

interface TaskDetailProps {
  readonly path: DeliveryPath & { readonly task_id: number };
  readonly running: boolean;
}

const pollMilliseconds = 2_000;

/** Request, answer and log of one task. */
export function TaskDetail({ path, running }: TaskDetailProps) {
  const { t } = useTranslation('webhooks');
  const { delivery, log } = useDetail(path, running);
  const title = t('delivery.taskNamed', { number: path.task_id });
  const error = delivery.error ?? log.error;
  if (error) return <Trouble error={error} retry={() => void delivery.refetch()} />;
  if (!delivery.data) return <Skeleton height={160} mt="md" />;
  return (
    <section>
      <div className="section-head">
        <h2>{title}</h2>
      </div>
      <Exchange request={delivery.data.request} answer={delivery.data.answer} />
      <div className="section-head">
        <h2>{t('delivery.log')}</h2>
      </div>
      <LogView label={t('log.of', { name: title })} lines={log.data ?? []} growing={running} />
    </section>
  );
}

function useDetail(path: TaskDetailProps['path'], running: boolean) {
  const api = useApi();
  const usual = {
    placeholderData: keepPreviousData,
    refetchInterval: running ? pollMilliseconds : (false as const),
  };
  const delivery = useQuery({
    ...usual,
    queryKey: ['delivery', path, 'task', running],
    queryFn: ({ signal }) =>
      api(
        'GET /projects/:project_name_or_id/webhook/policies/:webhook_policy_id/executions/:execution_id/tasks/:task_id',
        { params: { ...path }, signal },
      ),
  });
  const log = useQuery({
    ...usual,
    queryKey: ['delivery', path, 'log', running],
    queryFn: ({ signal }) =>
      api(
        'GET /projects/:project_name_or_id/webhook/policies/:webhook_policy_id/executions/:execution_id/tasks/:task_id/log',
        { params: { ...path }, signal },
      ),
    select: (text) => text.split('\n').filter((line) => line !== ''),
  });
  return { delivery, log };
}
