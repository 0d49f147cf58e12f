import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunReport, RunStatus } from '../../api/run-progress.ts';
import { isOver } from '../../api/run-progress.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { JobProgress } from '../../components/job-progress.tsx';
import { useProject } from '../../components/project-context.ts';
import { FormTrouble } from '../../components/trouble.tsx';
import { BulkItems } from './bulk-items.tsx';
import { useRepository } from '../../components/repository-context.ts';

const one = 'projects/:project_name/repositories/:repository_name/bulk/:execution_id';

interface BulkRunProps {
  readonly id: number;
  /** Another job follows this one: it undoes it, or tries again. */
  readonly onNext: (id: number) => void;
}

/** A job as it goes on, what became of each item, and what can be done about that. */
export function BulkRun({ id, onNext }: BulkRunProps) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const client = useQueryClient();
  const { id: project } = useProject();
  const { name, path } = useRepository();
  const [ended, setEnded] = useState(false);
  const params = { ...path, execution_id: id };
  const poll = async (signal: AbortSignal): Promise<RunReport> => {
    const { total, done, skipped, failed, ...run } = await api(`GET /${one}`, { params, signal });
    return { status: { ...run, extra_attrs: { ...run, total, done, skipped, failed } } };
  };
  const stop = useMutation({ mutationFn: () => api(`PUT /${one}/stop`, { params }) });
  const onEnd = useCallback(() => {
    setEnded(true);
    for (const list of ['tags', 'artifacts', 'tag-history']) {
      void client.invalidateQueries({ queryKey: [list, project, name] });
    }
  }, [client, project, name]);
  return (
    <>
      <JobProgress
        label={t('bulk.running')}
        source={{ events: `/api/v2.0/projects/${project}/executions/${id}/events`, poll }}
        amount={amountOf}
        withoutLog
        onEnd={onEnd}
      >
        {(status) => (
          <>
            <Text size="sm" role="status">
              {t('bulk.counts', countsIn(status))}
            </Text>
            {!isOver(status) && (
              <Button
                size="compact-sm"
                variant="default"
                loading={stop.isPending}
                onClick={() => stop.mutate()}
              >
                {t('bulk.stop')}
              </Button>
            )}
          </>
        )}
      </JobProgress>
      <FormTrouble error={stop.error} />
      {ended && <Results id={id} onNext={onNext} />}
    </>
  );
}

const numberIn = ({ extra_attrs }: RunStatus, name: string): number => Number(extra_attrs?.[name] ?? 0);

const countsIn = (status: RunStatus) => ({
  done: numberIn(status, 'done'),
  skipped: numberIn(status, 'skipped'),
  failed: numberIn(status, 'failed'),
});

function amountOf(status: RunStatus) {
  const { done, skipped, failed } = countsIn(status);
  return { done: done + skipped + failed, total: numberIn(status, 'total') };
}

function Results({ id, onNext }: BulkRunProps) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const { path } = useRepository();
  const params = { ...path, execution_id: id };
  const { data: run } = useQuery({
    queryKey: ['bulk', id],
    queryFn: ({ signal }) => api(`GET /${one}`, { params, signal }),
  });
  const retry = useMutation({
    mutationFn: () => api(`POST /${one}/retry`, { params }),
    onSuccess: (next) => onNext(next.id),
  });
  const undo = useMutation({
    mutationFn: (items: number[] | undefined) =>
      api(`POST /${one}/undo`, { params, body: items === undefined ? {} : { items } }),
    onSuccess: (next) => onNext(next.id),
  });
  const undoable = run !== undefined && run.action !== 'restore' && run.done > 0;
  const left = run ? run.total - run.done - run.skipped : 0;
  return (
    <>
      <BulkItems id={id} {...(undoable ? { onUndo: (items: number[]) => undo.mutate(items) } : {})} />
      <FormTrouble error={retry.error ?? undo.error} />
      <Group justify="flex-end" mt="sm">
        {left > 0 && (
          <ActionButton variant="default" loading={retry.isPending} onClick={() => retry.mutate()}>
            {t('bulk.retry')}
          </ActionButton>
        )}
        {undoable && (
          <ActionButton variant="default" loading={undo.isPending} onClick={() => undo.mutate(undefined)}>
            {t('bulk.undo')}
          </ActionButton>
        )}
      </Group>
    </>
  );
}
