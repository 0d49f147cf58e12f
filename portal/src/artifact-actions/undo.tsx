import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client.ts';
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
  return useUndo(bringBack, done);
}

const bringBack = (api: Api, params: Gone) =>
  api('POST /projects/:project_name/repositories/:repository_name/artifacts/:reference/restore', { params });

type GoneRepository = Omit<Gone, 'reference'>;

/** A call brings back some hundreds of artifacts; the next one goes on. */
async function bringBackRepository(api: Api, params: GoneRepository): Promise<void> {
  for (;;) {
    const { artifacts, left } = await api(
      'POST /projects/:project_name/repositories/:repository_name/restore',
      { params },
    );
    if (left === 0 || artifacts === 0) return;
  }
}

function useUndo<What>(undo: (api: Api, what: What) => Promise<unknown>, done?: () => void) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (what: What) => undo(api, what),
    onSuccess: () => done?.(),
    // What came back before something failed is back.
    onSettled: () => client.invalidateQueries(),
  });
}

/** Says what was deleted, with the button that brings it back. It stays for as long as people need to notice. */
export function offerUndo({ text, params }: { text: string; params: Gone }): void {
  offer(`${params.repository_name} ${params.reference}`, text, (api) => bringBack(api, params));
}

/** As `offerUndo`, of a whole repository. */
export function offerRepositoryUndo({ text, params }: { text: string; params: GoneRepository }): void {
  offer(params.repository_name, text, (api) => bringBackRepository(api, params));
}

function offer(what: string, text: string, undo: (api: Api) => Promise<unknown>): void {
  const id = `undo ${what}`;
  notifications.show({ id, autoClose: 20_000, message: <Undo id={id} text={text} undo={undo} /> });
}

interface UndoProps {
  readonly id: string;
  readonly text: string;
  readonly undo: (api: Api) => Promise<unknown>;
}

function Undo({ id, text, undo }: UndoProps) {
  const { t } = useTranslation();
  const restore = useUndo<void>(undo, () => notifications.hide(id));
  return (
    <>
      <Group justify="space-between" gap="sm">
        <Text size="sm" className="server-words">
          {text}
        </Text>
        <Button size="compact-sm" loading={restore.isPending} onClick={() => restore.mutate()}>
          {t('artifactActions.undo')}
        </Button>
      </Group>
      <FormTrouble error={restore.error} />
    </>
  );
}
