import { Skeleton, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.ts';
import { FormDialog } from '../components/dialog.tsx';
import { shortDigest } from '../components/digest.ts';
import { useRepository } from '../components/repository-context.ts';
import { Trouble } from '../components/trouble.tsx';
import { DeletionPlan, useDeletionPlan } from './deletion-plan.tsx';
import { offerUndo } from './undo.tsx';

/** Beyond so many tags the name has to be typed first. */
const manyTags = 50;

interface DeleteArtifactDialogProps {
  readonly digest: string;
  readonly onClose: () => void;
  /** Leaves what is no more, before everything is asked for again. */
  readonly onDeleted?: () => Promise<void>;
}

/** Says what goes with the artifact, and what keeps it, before it goes. */
export function DeleteArtifactDialog({ digest, onClose, onDeleted }: DeleteArtifactDialogProps) {
  const { t } = useTranslation();
  const { name: phrase } = useRepository();
  const [typed, setTyped] = useState('');
  const plan = useDeletionPlan(digest);
  const remove = useRemoval({ digest, onClose, onDeleted });
  const { tag_count: tags = 0, held_by: holders = [] } = plan.data ?? {};
  const mustType = tags > manyTags;
  return (
    <FormDialog
      title={t('artifactActions.deleteNamed', { name: `${phrase}@${shortDigest(digest)}` })}
      action={t('dialog.delete')}
      dangerous
      pending={remove.isPending}
      disabled={plan.data === undefined || holders.length > 0 || (mustType && typed !== phrase)}
      error={remove.error}
      onClose={onClose}
      onSubmit={() => remove.mutate()}
    >
      {plan.isPending && <Skeleton height={72} />}
      {plan.error && <Trouble error={plan.error} retry={() => void plan.refetch()} />}
      {plan.data && <DeletionPlan {...plan.data} />}
      {mustType && (
        <TextInput
          label={t('dialog.typeToConfirm', { phrase })}
          value={typed}
          autoComplete="off"
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  );
}

interface Removal {
  readonly digest: string;
  readonly onClose: () => void;
  readonly onDeleted: (() => Promise<void>) | undefined;
}

function useRemoval({ digest, onClose, onDeleted }: Removal) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const { name: repository, path } = useRepository();
  const params = { ...path, reference: digest };
  return useMutation({
    mutationFn: () =>
      api('DELETE /projects/:project_name/repositories/:repository_name/artifacts/:reference', { params }),
    onSuccess: async () => {
      const name = `${repository}@${shortDigest(digest)}`;
      offerUndo({ text: t('artifactActions.deleted', { name }), params });
      onClose();
      await onDeleted?.();
      await client.invalidateQueries();
    },
  });
}
