import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../../src/features/tag-history/tag-history.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { shortDigest } from '../../components/digest.ts';
import { Comparison } from './history-comparison.tsx';
import { targetOf } from './history-sentence.ts';
import { useRepository } from '../../components/repository-context.ts';

interface RollbackProps {
  readonly entry: HistoryEntry;
  readonly onClose: () => void;
}

/** Both images side by side, then the way back; what it did can be undone in the message that tells so. */
export function RollbackDialog({ entry, onClose }: RollbackProps) {
  const { t } = useTranslation('repository');
  const tag = entry.tag_name;
  const target = targetOf(entry);
  const rollBack = useRollBack(tag);
  if (!target) return null;
  const { digest, state } = target;
  return (
    <FormDialog
      title={t('history.dialogTitle', { tag })}
      size="lg"
      action={t('history.rollBack')}
      pending={rollBack.isPending}
      error={rollBack.error}
      onClose={onClose}
      onSubmit={() =>
        rollBack.mutate({ digest, expected: entry.current_digest ?? '' }, { onSuccess: onClose })
      }
    >
      <Comparison now={entry.current_digest} then={target} />
      {state === 'restorable' && <Text size="sm">{t('history.comesBack')}</Text>}
    </FormDialog>
  );
}

interface Wanted {
  readonly digest: string;
  readonly expected: string;
}

interface Wanted {
  readonly digest: string;
  readonly expected: string;
}

function useRollBack(tag: string) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const { id: project } = useProject();
  const { name, path } = useRepository();
  const client = useQueryClient();
  const refresh = () =>
    Promise.all(
      ['tag-history', 'tags', 'artifacts'].map((list) =>
        client.invalidateQueries({ queryKey: [list, project, name] }),
      ),
    );
  const go = (body: Wanted) =>
    api('POST /projects/:project_name/repositories/:repository_name/tags/:tag_name/rollback', {
      params: { ...path, tag_name: tag },
      body,
    });
  /** Where there was no tag before, it goes again. */
  const undo = (digest: string, previous: string | undefined): Promise<unknown> =>
    previous !== undefined
      ? go({ digest: previous, expected: digest })
      : api(
          'DELETE /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags/:tag_name',
          { params: { ...path, reference: digest, tag_name: tag } },
        );
  return useMutation({
    mutationFn: go,
    onSuccess: async ({ digest, previous }) => {
      const message = `rollback-${tag}-${digest}`;
      const say = (text: string) => notifications.update({ id: message, message: text, autoClose: 8_000 });
      notifications.show({
        id: message,
        autoClose: 30_000,
        message: (
          <Group justify="space-between" wrap="nowrap">
            <span>{t('history.done', { tag, digest: shortDigest(digest) })}</span>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() =>
                void undo(digest, previous)
                  .then(() => say(t('history.undone', { tag })))
                  // The message is where the person looks; the page behind it has moved on.
                  .catch((error: Error) => say(error.message))
                  .then(refresh)
              }
            >
              {t('history.undo')}
            </Button>
          </Group>
        ),
      });
      await refresh();
    },
  });
}
