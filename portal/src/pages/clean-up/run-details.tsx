import { Group, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RunReport } from '../../api/run-progress.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { JobProgress } from '../../components/job-progress.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { RunResults } from './run-results.tsx';
import { parametersOf, type Runs, useStop } from './use-runs.ts';

interface RunDetailsProps {
  readonly runs: Runs;
  readonly id: number;
  readonly onClose: () => void;
}

/** One run as it goes on, or as it went: state, results, log. */
export function RunDetails({ runs, id, onClose }: RunDetailsProps) {
  const { t } = useTranslation('clean-up');
  const client = useQueryClient();
  const stop = useStop(runs);
  const title = t('runs.named', { id });
  const poll = async (signal: AbortSignal): Promise<RunReport> => {
    const run = await runs.get(id, signal);
    const log = await runs.log(id, signal);
    return {
      status: {
        status: run.job_status,
        extra_attrs: parametersOf(run),
        start_time: run.creation_time,
        end_time: run.update_time,
      },
      lines: log === '' ? [] : log.trimEnd().split('\n'),
    };
  };
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ['runs', runs.kind] });
    void client.invalidateQueries({ queryKey: ['collection-summary'] });
  };
  return (
    <section className="run-details" aria-label={title}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {title}
        </Title>
        <ActionButton size="compact-sm" variant="default" harmless onClick={onClose}>
          {t('dialog.close')}
        </ActionButton>
      </Group>
      <FormTrouble error={stop.error} />
      <JobProgress
        label={title}
        source={{ events: `/api/v2.0/jobservice/executions/${id}/events`, poll }}
        // It has one task, and does not know beforehand how much there is.
        amount={() => undefined}
        onEnd={refresh}
      >
        {(status) => (
          <>
            <RunResults kind={runs.kind} parameters={status.extra_attrs ?? {}} />
            {status.status === 'Running' && (
              <ActionButton
                size="compact-sm"
                variant="default"
                mb="sm"
                loading={stop.isPending}
                onClick={() => stop.mutate(id)}
              >
                {t('runs.stop')}
              </ActionButton>
            )}
          </>
        )}
      </JobProgress>
    </section>
  );
}
