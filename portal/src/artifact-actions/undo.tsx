import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.ts';
import { FormTrouble } from '../components/trouble.tsx';

export interface Gone {
  readonly project_name: string;
  readonly repository_name: string;
  /** The digest of what was deleted, or the tag that was removed. */
  readonly reference: string;
}

/** Brings back what was deleted. Everything on the page may have changed by it. */
export function useRestore(done?: () => void) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (params: Gone) =>
      api('POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/restore', {
        params,
      }),
    onSuccess: async () => {
      done?.();
      await client.invalidateQueries();
    },
  });
}

/** Says what was deleted, with the button that brings it back. It stays for as long as people need to notice. */
export function offerUndo({ text, params }: { text: string; params: Gone }): void {
  const id = `undo ${params.repository_name} ${params.reference}`;
  notifications.show({ id, autoClose: 20_000, message: <Undo id={id} text={text} params={params} /> });
}

function Undo({ id, text, params }: { id: string; text: string; params: Gone }) {
  const { t } = useTranslation();
  const restore = useRestore(() => notifications.hide(id));
  return (
    <>
      <Group justify="space-between" gap="sm">
        <Text size="sm" className="server-words">
          {text}
        </Text>
        <Button size="compact-sm" loading={restore.isPending} onClick={() => restore.mutate(params)}>
          {t('artifactActions.undo')}
        </Button>
      </Group>
      <FormTrouble error={restore.error} />
    </>
  );
}
