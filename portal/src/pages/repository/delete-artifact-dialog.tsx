import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Answer } from '../../api/operations.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { Trouble } from '../../components/trouble.tsx';
import { shortDigest } from './digest-link.tsx';
import { useRepository } from './repository-context.ts';
import { useKind } from './use-kind.ts';

interface DeleteArtifactDialogProps {
  readonly digest: string;
  readonly onClose: () => void;
}

/** Says what goes with the artifact, and what keeps it, before anything is done. */
export function DeleteArtifactDialog({ digest, onClose }: DeleteArtifactDialogProps) {
  const { t } = useTranslation('repository');
  const name = shortDigest(digest);
  const plan = usePlan(digest);
  const remove = useDelete(digest, onClose);
  return (
    <FormDialog
      title={t('deleteArtifactNamed', { name })}
      action={t('dialog.delete')}
      dangerous
      disabled={plan.data === undefined || plan.data.held_by.length > 0}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onSubmit={() => remove.mutate()}
    >
      {plan.error && <Trouble error={plan.error} retry={() => void plan.refetch()} />}
      {plan.data ? <Plan plan={plan.data} /> : plan.isLoading && <p role="status">{t('table.loading')}</p>}
    </FormDialog>
  );
}

const operation =
  'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/deletion' as const;
type DeletionPlan = Answer<typeof operation>;

function Plan({ plan }: { plan: DeletionPlan }) {
  const { t } = useTranslation('repository');
  const kindOf = useKind();
  if (plan.held_by.length > 0) {
    return (
      <>
        <Text size="sm">{t('heldBy', { count: plan.held_by.length })}</Text>
        <Names names={plan.held_by.map(shortDigest)} count={plan.held_by.length} />
      </>
    );
  }
  const along = plan.artifacts.map(({ digest, type }) => `${kindOf(type)} ${shortDigest(digest)}`);
  return (
    <>
      {plan.tag_count > 0 && (
        <div>
          <Text size="sm">{t('tagsGo', { count: plan.tag_count })}</Text>
          <Names names={plan.tags} count={plan.tag_count} />
        </div>
      )}
      {plan.artifact_count > 0 && (
        <div>
          <Text size="sm">{t('artifactsGo', { count: plan.artifact_count })}</Text>
          <Names names={along} count={plan.artifact_count} />
        </div>
      )}
      {plan.tag_count + plan.artifact_count === 0 && <Text size="sm">{t('nothingElseGoes')}</Text>}
      <Text size="sm">
        {plan.restore_hours > 0 ? t('restorable', { count: plan.restore_hours }) : t('notRestorable')}
      </Text>
    </>
  );
}

const shownNames = 12;

function Names({ names, count }: { names: readonly string[]; count: number }) {
  const { t } = useTranslation('repository');
  const more = count - Math.min(names.length, shownNames);
  return (
    <ul className="names">
      {names.slice(0, shownNames).map((name) => (
        <li key={name}>{name}</li>
      ))}
      {more > 0 && <li>{t('more', { count: more })}</li>}
    </ul>
  );
}

function usePlan(digest: string) {
  const api = useApi();
  const { id } = useProject();
  const { name, path } = useRepository();
  return useQuery({
    queryKey: ['deletion', id, name, digest],
    // What goes may have changed since it was last asked.
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }) => api(operation, { params: { ...path, reference: digest }, signal }),
  });
}

function useDelete(digest: string, onClose: () => void) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const { name, path } = useRepository();
  return useMutation({
    mutationFn: () =>
      api('DELETE /projects/:project_name/repositories/:repository_name/artifacts/:reference', {
        params: { ...path, reference: digest },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('artifactDeleted', { name: shortDigest(digest) }) });
      onClose();
      await Promise.all([
        client.invalidateQueries({ queryKey: ['tags', id, name] }),
        client.invalidateQueries({ queryKey: ['artifacts', id, name] }),
        client.invalidateQueries({ queryKey: ['repository', id, name] }),
      ]);
    },
  });
}
