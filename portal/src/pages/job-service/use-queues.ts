import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';

/** Background work goes on while one looks. */
export const lookAgainMilliseconds = 5_000;

/** Stands for every queue, job and pool. */
export const all = 'all';

/** What Harbor calls the queue that holds back every schedule. */
export const scheduler = 'SCHEDULER';

export interface QueueChange {
  readonly job_type: string;
  readonly action: 'stop' | 'pause' | 'resume';
}

export function useQueueChange(onDone?: () => void) {
  const { t } = useTranslation('job-service');
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ job_type, action }: QueueChange) =>
      api('PUT /jobservice/queues/:job_type', { params: { job_type }, body: { action } }),
    onSuccess: async (_, { action }) => {
      notifications.show({ message: t(`queues.done.${action}`) });
      onDone?.();
      await client.invalidateQueries({ queryKey: ['job-service'] });
    },
  });
}
