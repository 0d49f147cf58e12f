import { Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contains, listSearch } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { useProject } from '../../components/project-context.ts';
import { useSelection } from '../../components/use-selection.ts';
import { AddTagDialog, RemoveTagDialog } from '../../artifact-actions/tag-dialogs.tsx';
import { EmptyRepository } from './empty-repository.tsx';
import { tagsIn } from './queries.ts';
import { useRepository } from '../../components/repository-context.ts';
import { type TagAction, useTagColumns } from './tag-columns.tsx';
import { ListSelection } from './list-selection.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/repositories/$repo/tags-tab');

/** One row a tag: what people come for. */
export function TagsTab() {
  const { t } = useTranslation('repository');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [open, setOpen] = useState<TagAction>();
  const project = useProject();
  const { whole, path } = useRepository();
  const query = useQuery({
    ...tagsIn(useApi(), { project: project.id, path }, search),
    placeholderData: keepPreviousData,
  });
  const columns = useTagColumns(setOpen);
  const names = query.data?.items.map(({ name = '' }) => name) ?? [];
  const selection = useSelection(names, `${whole} ${search.filter ?? ''}`);
  const close = () => setOpen(undefined);
  return (
    <>
      <Group my="sm">
        <ListFilter label={t('filterTags')} search={search} onSearch={change} />
      </Group>
      <ListSelection
        target="tags"
        selection={selection}
        total={query.data?.total ?? 0}
        q={contains('name', search.filter)}
      />
      <DataTable
        caption={t('tags')}
        columns={columns}
        keyOf={({ name = '' }) => name}
        query={query}
        search={search}
        usual="-push_time"
        onSearch={change}
        empty={<EmptyRepository text={t('noTags')} />}
        selection={selection}
      />
      {open?.what === 'add' && <AddTagDialog digest={open.tag.digest} onClose={close} />}
      {open?.what === 'remove' && (
        <RemoveTagDialog tag={open.tag.name ?? ''} digest={open.tag.digest} onClose={close} />
      )}
    </>
  );
}
