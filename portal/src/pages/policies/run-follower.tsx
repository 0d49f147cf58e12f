import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { type RunReport, type RunStatus, useRunProgress } from '../../api/run-progress.ts';
import { useApi } from '../../api/use-api.ts';
import { useProject } from '../../components/project-context.ts';

interface RunFollowerProps {
  readonly policyId: number;
  readonly executionId: number;
  /** With every change of its state or its numbers. */
  readonly onStatus: (executionId: number, status: RunStatus) => void;
}

/** A run of many repositories tells something new twice a second; what is shown of it is asked for less often. */
const askMilliseconds = 1_000;

/** Listens to a run as long as it is drawn, and has everything that shows it asked for again when there is news. */
export function RunFollower({ policyId, executionId, onStatus }: RunFollowerProps) {
  const { id: project } = useProject();
  const poll = usePoll(policyId, executionId);
  const { status, lines, ended } = useRunProgress({
    events: `/api/v2.0/projects/${project}/executions/${executionId}/events`,
    poll,
  });
  const told = `${lines.length} ${JSON.stringify(status?.metrics)}`;
  useEffect(() => {
    if (status) onStatus(executionId, status);
  }, [executionId, status, onStatus]);
  useAskedAgain({ policyId, executionId, told, ended });
  return null;
}

/** Harbor has no single execution to ask for: the newest of the list hold what runs. */
function usePoll(policyId: number, executionId: number) {
  const api = useApi();
  return async (signal: AbortSignal): Promise<RunReport> => {
    const params = { id: policyId };
    const { items } = await api('GET /retentions/:id/executions', { params, signal });
    const run = items.find(({ id }) => id === executionId);
    // What fell off the first page has long ended.
    return { status: run ?? { status: 'Success' } };
  };
}

interface News {
  readonly policyId: number;
  readonly executionId: number;
  /** Differs when there is something new. */
  readonly told: string;
  readonly ended: boolean;
}

function useAskedAgain({ policyId, executionId, told, ended }: News): void {
  const client = useQueryClient();
  const ask = useCallback(() => {
    for (const shown of ['retention-tasks', 'retention-log']) {
      void client.invalidateQueries({ queryKey: [shown, policyId, executionId] });
    }
  }, [client, policyId, executionId]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      ask();
    }, askMilliseconds);
  }, [ask, told]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!ended) return;
    ask();
    void client.invalidateQueries({ queryKey: ['retention-runs', policyId] });
  }, [ended, ask, client, policyId]);
}
