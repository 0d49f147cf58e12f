import { Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tag } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { contains, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { AddTagDialog, RemoveTagDialog } from '../../artifact-actions/tag-dialogs.tsx';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { ImmutableBadge, useProtection } from '../../components/immutable-rule.tsx';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { nameOf, PullCommandsInRow } from '../../components/pull-commands.tsx';
import { useArtifact } from './artifact-context.ts';
import { readArtifactSearch } from './artifact-search.ts';
import { platformsOf } from './naming.ts';

export function TagsTab() {
  const { t } = useTranslation('artifact');
  const { can } = useProject();
  const { digest } = useArtifact();
  const search = readArtifactSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [open, setOpen] = useState<'add' | Tag>();
  const query = useTags(search);
  const columns = useColumns(setOpen);
  const change = (next: ListSearch) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, ...next }),
      replace: 'filter' in next,
    });
  const close = () => setOpen(undefined);
  return (
    <>
      <Group my="sm" justify="space-between">
        <ListFilter label={t('tags.filter')} search={search} onSearch={change} />
        <ActionButton
          onClick={() => setOpen('add')}
          refusal={can('tag:create') ? undefined : t('tags.mayNotAdd')}
        >
          {t('artifactActions.addTag')}
        </ActionButton>
      </Group>
      <DataTable
        caption={t('tabs.tags')}
        columns={columns}
        keyOf={({ id, name }) => id ?? name ?? ''}
        query={query}
        search={search}
        usual="-push_time"
        onSearch={change}
        empty={<Text>{t('tags.none')}</Text>}
      />
      {open === 'add' && <AddTagDialog digest={digest} onClose={close} />}
      {open !== undefined && open !== 'add' && (
        <RemoveTagDialog tag={open.name ?? ''} digest={digest} onClose={close} />
      )}
    </>
  );
}

function useTags(search: ListSearch) {
  const api = useApi();
  const { digest, params } = useArtifact();
  const { filter, page, page_size, sort } = search;
  return useQuery({
    queryKey: ['artifact', 'tags', params, digest, { filter, page, page_size, sort }],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('name', filter);
      return api('GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/tags', {
        params: { ...params, reference: digest },
        query: {
          ...pageOf({ page, page_size, sort: sort ?? '-push_time' }),
          ...(q ? { q } : {}),
          with_immutable_status: true,
        },
        signal,
      });
    },
  });
}

function useColumns(remove: (tag: Tag) => void): Column<Tag>[] {
  const { t } = useTranslation('artifact');
  return [
    {
      id: 'name',
      label: t('projects.name'),
      sort: 'name',
      cell: ({ name, immutable, immutable_rule: rule }) => (
        <>
          <bdi>{name}</bdi> {immutable && <ImmutableBadge rule={rule} />}
        </>
      ),
    },
    {
      id: 'pushed',
      label: t('overview.pushed'),
      sort: 'push_time',
      cell: ({ push_time }) => <Moment time={push_time} />,
    },
    {
      id: 'pulled',
      label: t('overview.pulled'),
      sort: 'pull_time',
      cell: ({ pull_time }) => <Moment time={pull_time} />,
    },
    { id: 'actions', label: t('table.actions'), cell: (tag) => <TagActions tag={tag} remove={remove} /> },
  ];
}

function TagActions({ tag, remove }: { tag: Tag; remove: (tag: Tag) => void }) {
  const { t } = useTranslation('artifact');
  const { name: project, can } = useProject();
  const { artifact, digest, params } = useArtifact();
  const { name = '', immutable, immutable_rule: rule } = tag;
  const protection = useProtection();
  const repository = `${project}/${params.repository_name}`;
  const refusal = can('tag:delete') ? (immutable ? protection(rule) : undefined) : t('tags.mayNotRemove');
  return (
    <Group gap="xs" wrap="nowrap">
      <PullCommandsInRow
        label={t('commands.getNamed', { name: nameOf({ repository, tag: name }) })}
        text={t('commands.get')}
        repository={repository}
        tag={name}
        digest={digest}
        type={artifact.type}
        platforms={platformsOf(artifact)}
        mayPush={can('repository:push')}
      />
      <ActionButton
        size="compact-xs"
        variant="default"
        aria-label={t('artifactActions.deleteTagNamed', { name })}
        refusal={refusal}
        onClick={() => remove(tag)}
      >
        {t('dialog.delete')}
      </ActionButton>
    </Group>
  );
}
