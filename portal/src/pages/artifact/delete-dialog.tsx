import { Alert, Skeleton, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { Trouble } from '../../components/trouble.tsx';
import { useArtifact } from './artifact-context.ts';
import { ArtifactLink } from './artifact-link.tsx';
import { shortDigest } from './naming.ts';
import { offerUndo } from './undo.tsx';

/** Beyond so many tags the name has to be typed first. */
const manyTags = 50;

/** Says what goes with the artifact before it goes. */
export function DeleteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('artifact');
  const { digest, params } = useArtifact();
  const [typed, setTyped] = useState('');
  const preview = usePreview();
  const remove = useRemoval(onClose);
  const { tag_count: tags = 0, held_by: holders = [] } = preview.data ?? {};
  const mustType = tags > manyTags;
  const phrase = params.repository_name;
  return (
    <FormDialog
      title={t('delete.title', { name: `${params.repository_name}@${shortDigest(digest)}` })}
      action={t('dialog.delete')}
      dangerous
      pending={remove.isPending}
      disabled={preview.isPending || holders.length > 0 || (mustType && typed !== phrase)}
      error={remove.error}
      onClose={onClose}
      onSubmit={() => remove.mutate()}
    >
      {preview.isPending && <Skeleton height={72} />}
      {preview.error && <Trouble error={preview.error} retry={() => void preview.refetch()} />}
      {preview.data && <WhatGoes {...preview.data} />}
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

type Preview = NonNullable<ReturnType<typeof usePreview>['data']>;

function WhatGoes(preview: Preview) {
  const { t } = useTranslation('artifact');
  const { artifacts, artifact_count, tags, tag_count, held_by, restore_hours } = preview;
  if (held_by.length > 0) {
    return (
      <Alert color="yellow" title={t('delete.held')}>
        <p className="server-words">{t('delete.heldHelp')}</p>
        <ul className="plain-list">
          {held_by.map((digest) => (
            <li key={digest}>
              <ArtifactLink digest={digest} />
            </li>
          ))}
        </ul>
      </Alert>
    );
  }
  return (
    <>
      {tag_count > 0 ? (
        <div>
          <Text size="sm">{t('delete.tags', { count: tag_count })}</Text>
          <Names names={tags} of={tag_count} />
        </div>
      ) : (
        <Text size="sm">{t('delete.noTags')}</Text>
      )}
      {artifact_count > 0 && (
        <div>
          <Text size="sm">{t('delete.along', { count: artifact_count })}</Text>
          <Names
            names={artifacts.map(({ digest, type }) => `${type} ${shortDigest(digest)}`)}
            of={artifact_count}
          />
        </div>
      )}
      <Text size="sm">
        {restore_hours > 0 ? t('delete.restorable', { count: restore_hours }) : t('delete.forever')}
      </Text>
    </>
  );
}

const mostShown = 12;

function Names({ names, of: count }: { names: readonly string[]; of: number }) {
  const { t } = useTranslation('artifact');
  const shown = names.slice(0, mostShown);
  return (
    <ul className="names">
      {shown.map((name) => (
        <li key={name}>
          <bdi>{name}</bdi>
        </li>
      ))}
      {count > shown.length && <li>{t('delete.more', { count: count - shown.length })}</li>}
    </ul>
  );
}

function usePreview() {
  const api = useApi();
  const { digest, params } = useArtifact();
  return useQuery({
    queryKey: ['artifact', 'deletion', params, digest],
    // What goes is what is there now.
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/deletion', {
        params: { ...params, reference: digest },
        signal,
      }),
  });
}

function useRemoval(onClose: () => void) {
  const { t } = useTranslation('artifact');
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { id } = useProject();
  const { digest, params } = useArtifact();
  const gone = { ...params, reference: digest };
  return useMutation({
    mutationFn: () =>
      api('DELETE /projects/:project_name/repositories/:repository_name/artifacts/:reference', {
        params: gone,
      }),
    onSuccess: async () => {
      const name = `${params.repository_name}@${shortDigest(digest)}`;
      offerUndo({ text: t('delete.done', { name }), params: gone });
      onClose();
      await navigate({
        to: '/harbor/projects/$id/repositories/$repo/artifacts-tab',
        params: { id: String(id), repo: params.repository_name },
        search: {},
      });
      await client.invalidateQueries();
    },
  });
}
