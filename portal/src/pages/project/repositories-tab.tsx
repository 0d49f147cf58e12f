import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Repository } from '../../../../src/features/repositories/repositories.contract.ts';
import { contains, listSearch, type ListSearch, pageOf } from '../../api/list-search.ts';
import { nameWithin } from '../../api/repository-name.ts';
import { useApi } from '../../api/use-api.ts';
import { offerRepositoryUndo } from '../../artifact-actions/undo.tsx';
import { ActionButton } from '../../components/action-button.tsx';
import { readableBytes } from '../../components/bytes.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ConfirmDialog, Dialog } from '../../components/dialog.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { Moment } from '../../components/moment.tsx';
import { PushCommands } from '../../components/push-commands.tsx';
import { useProject } from '../../components/project-context.ts';
import { useForget } from '../../components/recent.ts';
import { repositoryPlace } from '../../places.ts';

const route = getRouteApi('/shell/harbor/projects/$id/repositories');

export function RepositoriesTab() {
  const { t } = useTranslation();
  const project = useProject();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [leaving, setLeaving] = useState<Repository>();
  const [pushing, setPushing] = useState(false);
  const query = useRepositories(search);
  const columns = useColumns(setLeaving);
  return (
    <>
      <Group my="sm">
        <ListFilter label={t('repositories.filter')} search={search} onSearch={change} />
        {project.can('repository:push') && query.data?.total !== 0 && (
          <Button variant="default" onClick={() => setPushing(true)}>
            {t('repositories.pushCommands')}
          </Button>
        )}
      </Group>
      <DataTable
        caption={t('projects.repositories')}
        columns={columns}
        keyOf={({ name }) => name ?? ''}
        query={query}
        search={search}
        usual="name"
        onSearch={change}
        empty={
          <>
            <Text mb="sm">{t('repositories.none')}</Text>
            {project.can('repository:push') && (
              <PushCommands label={t('repositories.push')} repository={`${project.name}/hello`} />
            )}
          </>
        }
      />
      {pushing && (
        <Dialog title={t('repositories.pushCommands')} size="lg" onClose={() => setPushing(false)}>
          <PushCommands label={t('repositories.pushCommands')} repository={`${project.name}/hello`} />
        </Dialog>
      )}
      {leaving && <DeleteRepositoryDialog repository={leaving} onClose={() => setLeaving(undefined)} />}
    </>
  );
}

function useRepositories(search: ListSearch) {
  const api = useApi();
  const { id, name } = useProject();
  return useQuery({
    queryKey: ['repositories', id, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('name', search.filter);
      return api('GET /projects/:project_name/repositories', {
        params: { project_name: name },
        // People look for a name; the order of the API is that in which repositories were made.
        query: { sort: 'name', ...pageOf(search), with_size: true, ...(q ? { q } : {}) },
        signal,
      });
    },
  });
}

function useColumns(remove: (repository: Repository) => void): Column<Repository>[] {
  const { t, i18n } = useTranslation();
  const project = useProject();
  const number = new Intl.NumberFormat(i18n.language);
  return [
    {
      id: 'name',
      label: t('projects.name'),
      sort: 'name',
      cell: ({ name }) => <RepositoryLink name={nameWithin(project.name, name)} />,
    },
    {
      id: 'artifacts',
      label: t('repositories.artifacts'),
      numeric: true,
      cell: ({ artifact_count }) => number.format(artifact_count),
    },
    {
      id: 'size',
      label: t('repositories.size'),
      numeric: true,
      cell: ({ size = 0 }) => readableBytes(size, i18n.language),
    },
    {
      id: 'pulls',
      label: t('repositories.pulls'),
      sort: 'pull_count',
      numeric: true,
      cell: ({ pull_count }) => number.format(pull_count),
    },
    {
      id: 'changed',
      label: t('repositories.changed'),
      sort: 'update_time',
      cell: ({ update_time }) => <Moment time={update_time} />,
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (repository) => (
        <ActionButton
          size="compact-xs"
          variant="default"
          aria-label={t('repositories.deleteNamed', { name: repository.name })}
          refusal={project.can('repository:delete') ? undefined : t('repositories.mayNotDelete')}
          onClick={() => remove(repository)}
        >
          {t('dialog.delete')}
        </ActionButton>
      ),
    },
  ];
}

function RepositoryLink({ name }: { name: string }) {
  const { id } = useProject();
  return (
    <Link
      to="/harbor/projects/$id/repositories/$repo/tags-tab"
      params={{ id: String(id), repo: name }}
      search={{}}
    >
      {name}
    </Link>
  );
}

function DeleteRepositoryDialog({ repository, onClose }: { repository: Repository; onClose: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const project = useProject();
  const { name = '', artifact_count } = repository;
  const params = { project_name: project.name, repository_name: nameWithin(project.name, name) };
  const forget = useForget();
  const remove = useMutation({
    mutationFn: () => api('DELETE /projects/:project_name/repositories/:repository_name', { params }),
    onSuccess: async () => {
      forget(repositoryPlace(project.id, name));
      const text = t('repositories.deleted', { name });
      // An empty one, or one that nobody keeps: then there is nothing to bring back.
      const kept = await api('GET /projects/:project_name/repositories/:repository_name/restore', {
        params,
      }).catch(() => undefined);
      if (kept) offerRepositoryUndo({ text, params });
      else notifications.show({ message: text });
      onClose();
      await client.invalidateQueries({ queryKey: ['repositories', project.id] });
    },
  });
  return (
    <ConfirmDialog
      title={t('repositories.deleteNamed', { name })}
      text={t('repositories.deleteText', { count: artifact_count })}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
