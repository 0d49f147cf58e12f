import { Anchor, Autocomplete, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { contains } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { useArtifact } from './artifact-context.ts';

/** To another repository, of this project or another: with its children, accessories and tags. */
export function CopyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('artifact');
  const { name } = useProject();
  const { params, digest } = useArtifact();
  const [project, setProject] = useState(name);
  const [repository, setRepository] = useState(params.repository_name);
  const copy = useCopying(onClose);
  const same = project.trim() === name && repository.trim() === params.repository_name;
  const failure = copy.error instanceof ApiFailure ? copy.error : undefined;
  // The server says which of the two is meant; only a form of the repository's name is 400.
  const onRepository = failure?.status === 400 ? failure.message : undefined;
  const change = (set: (value: string) => void) => (value: string) => {
    copy.reset();
    set(value);
  };
  return (
    <FormDialog
      title={t('copy.title')}
      action={t('commands.copy')}
      pending={copy.isPending}
      disabled={same || project.trim() === '' || repository.trim() === ''}
      error={onRepository === undefined ? copy.error : null}
      onClose={onClose}
      onSubmit={() =>
        copy.mutate({
          project: project.trim(),
          repository: repository.trim(),
          from: `${name}/${params.repository_name}@${digest}`,
        })
      }
    >
      <Text size="sm">{t('copy.text')}</Text>
      <Autocomplete
        label={t('copy.project')}
        data={useProjects(project)}
        filter={({ options }) => options}
        value={project}
        required
        data-autofocus
        openOnFocus={false}
        autoComplete="off"
        onChange={change(setProject)}
      />
      <TextInput
        label={t('copy.repository')}
        description={t('copy.other')}
        value={repository}
        required
        autoComplete="off"
        spellCheck={false}
        error={onRepository}
        onChange={(event) => change(setRepository)(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

interface Copying {
  readonly project: string;
  readonly repository: string;
  readonly from: string;
}

function useCopying(onClose: () => void) {
  const { t } = useTranslation('artifact');
  const api = useApi();
  const client = useQueryClient();
  const { digest } = useArtifact();
  return useMutation({
    mutationFn: async ({ project, repository, from }: Copying) => {
      await api('POST /projects/:project_name/repositories/:repository_name/artifacts', {
        params: { project_name: project, repository_name: repository },
        query: { from },
      });
      // The page of the copy is found by the number of its project.
      return api('GET /projects/:project_name_or_id', { params: { project_name_or_id: project } });
    },
    onSuccess: async ({ project_id = 0 }, { project, repository }) => {
      notifications.show({
        autoClose: 10_000,
        message: (
          <>
            {t('copy.done')}{' '}
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/harbor/projects/$id/repositories/$repo/artifacts-tab/artifacts/$digest"
                  params={{ id: String(project_id), repo: repository, digest }}
                  search={{}}
                />
              )}
            >
              {project}/{repository}
            </Anchor>
          </>
        ),
      });
      onClose();
      await client.invalidateQueries();
    },
  });
}

function useProjects(typed: string): string[] {
  const api = useApi();
  const [wanted] = useDebouncedValue(typed.trim().slice(0, 255), 150);
  const { data } = useQuery({
    queryKey: ['project-names', wanted],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('name', wanted);
      return api('GET /projects', { query: { page_size: 10, sort: 'name', ...(q ? { q } : {}) }, signal });
    },
  });
  return data?.items.flatMap(({ name }) => name ?? []) ?? [];
}
