import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { History, ScheduleBody } from '../../../../src/features/executions/executions.contract.ts';
import type { Listed } from '../../api/operations.ts';
import { useApi } from '../../api/use-api.ts';

type Paging = { readonly page: number; readonly page_size: number; readonly sort?: string };

/** Work of the whole registry that has one schedule, runs once at a time, and leaves a history. */
export interface Runs {
  readonly kind: 'gc' | 'purge';
  readonly list: (query: Paging, signal?: AbortSignal) => Promise<Listed<History[]>>;
  readonly get: (id: number, signal: AbortSignal) => Promise<History>;
  readonly log: (id: number, signal: AbortSignal) => Promise<string>;
  readonly stop: (id: number) => Promise<unknown>;
  /** Nothing when there is none: the answer is empty. */
  readonly schedule: (signal: AbortSignal) => Promise<History | undefined>;
  readonly apply: (body: ScheduleBody) => Promise<unknown>;
}

export function useCollections(): Runs {
  const api = useApi();
  return {
    kind: 'gc',
    list: (query, signal) => api('GET /system/gc', { query, ...(signal && { signal }) }),
    get: (gc_id, signal) => api('GET /system/gc/:gc_id', { params: { gc_id }, signal }),
    log: (gc_id, signal) => api('GET /system/gc/:gc_id/log', { params: { gc_id }, signal }),
    stop: (gc_id) => api('PUT /system/gc/:gc_id', { params: { gc_id } }),
    schedule: (signal) => api('GET /system/gc/schedule', { signal }),
    apply: (body) => api('POST /system/gc/schedule', { body }),
  };
}

export function usePurges(): Runs {
  const api = useApi();
  return {
    kind: 'purge',
    list: (query, signal) => api('GET /system/purgeaudit', { query, ...(signal && { signal }) }),
    get: (purge_id, signal) => api('GET /system/purgeaudit/:purge_id', { params: { purge_id }, signal }),
    log: (purge_id, signal) => api('GET /system/purgeaudit/:purge_id/log', { params: { purge_id }, signal }),
    stop: (purge_id) => api('PUT /system/purgeaudit/:purge_id', { params: { purge_id } }),
    schedule: (signal) => api('GET /system/purgeaudit/schedule', { signal }),
    apply: (body) => api('POST /system/purgeaudit/schedule', { body }),
  };
}

export type Parameters = Readonly<Record<string, unknown>>;

/** Parameters of a run, and its results; the server sends them as JSON in a string. */
export function parametersOf({ job_parameters = '{}' }: History): Parameters {
  try {
    const parameters: unknown = JSON.parse(job_parameters);
    return typeof parameters === 'object' && parameters !== null ? { ...parameters } : {};
  } catch {
    return {};
  }
}

/** Null: there is none. */
export function useSchedule(runs: Runs) {
  return useQuery({
    queryKey: ['runs', runs.kind, 'schedule'],
    queryFn: async ({ signal }) => (await runs.schedule(signal)) ?? null,
  });
}

/** Starts a run, and says which it is: the newest one now. */
export function useStart(runs: Runs, onStarted: (id: number) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (parameters: Parameters) => {
      await runs.apply({ schedule: { type: 'Manual' }, parameters });
      const { items } = await runs.list({ page: 1, page_size: 1 });
      return items[0]?.id;
    },
    onSuccess: async (id) => {
      if (id !== undefined) onStarted(id);
      await client.invalidateQueries({ queryKey: ['runs', runs.kind] });
    },
  });
}

export function useStop(runs: Runs) {
  const { t } = useTranslation('clean-up');
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => runs.stop(id),
    onSuccess: async () => {
      notifications.show({ message: t('runs.stopped') });
      await client.invalidateQueries({ queryKey: ['runs', runs.kind] });
    },
  });
}
