import { type UseMutationResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type {
  RetentionPolicy,
  RetentionRule,
} from '../../../../src/features/retention/retention.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { useFoundProject, useProject } from '../../components/project-context.ts';
import { cronOf, policyBody } from './rule-draft.ts';

interface Change {
  readonly rules?: readonly RetentionRule[];
  readonly cron?: string;
}

export interface RetentionState {
  /** Undefined while there is none: the first rule makes one. */
  readonly id: number | undefined;
  readonly policy: RetentionPolicy | undefined;
  readonly rules: readonly RetentionRule[];
  readonly loading: boolean;
  readonly error: Error | null;
  readonly refetch: () => void;
  readonly save: UseMutationResult<void, Error, Change>;
}

/** The project's policy. A project has one at most, and names it in its metadata. */
export function useRetention(): RetentionState {
  const api = useApi();
  const client = useQueryClient();
  const project = useProject();
  const { query: found } = useFoundProject(useParams({ from: '/shell/harbor/projects/$id' }).id);
  const id = Number(found.data?.metadata?.retention_id ?? 0) || undefined;
  const query = useQuery({
    queryKey: ['retention', project.id, id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => api('GET /retentions/:id', { params: { id: id ?? 0 }, signal }),
  });
  const rules = query.data?.rules ?? [];
  const save = useMutation({
    mutationFn: async ({ rules: next = rules, cron = cronOf(query.data) }: Change) => {
      const body = policyBody(project.id, next, cron);
      if (id === undefined) await api('POST /retentions', { body });
      else await api('PUT /retentions/:id', { params: { id }, body });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['project'] });
      await client.invalidateQueries({ queryKey: ['retention', project.id] });
    },
  });
  return {
    id,
    policy: query.data,
    rules,
    loading: found.isPending || (id !== undefined && query.isPending),
    error: found.error ?? query.error,
    refetch: () => void query.refetch(),
    save,
  };
}
