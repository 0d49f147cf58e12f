import { Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserGroup } from '../../../../src/features/groups/groups.contract.ts';
import { listSearch, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { CreateGroupDialog } from './create-group-dialog.tsx';
import { DeleteGroupDialog } from './delete-group-dialog.tsx';
import { kindOf } from './kinds.ts';
import { RenameGroupDialog } from './rename-group-dialog.tsx';

const route = getRouteApi('/shell/harbor/groups');

type Open = { readonly act: 'rename' | 'remove'; readonly group: UserGroup };

export function GroupsPage() {
  const { t } = useTranslation('groups');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [open, setOpen] = useState<'create' | Open>();
  const query = useGroups(search);
  const columns = useColumns(setOpen);
  const close = () => setOpen(undefined);
  const create = <ActionButton onClick={() => setOpen('create')}>{t('new')}</ActionButton>;
  return (
    <>
      <PageHeading title={t('title')}>{create}</PageHeading>
      <Group mb="sm">
        <ListFilter label={t('filter')} search={search} onSearch={change} />
      </Group>
      <DataTable
        caption={t('title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={change}
        empty={
          <>
            <Text mb="sm">{t('none')}</Text>
            {create}
          </>
        }
      />
      {open === 'create' && <CreateGroupDialog onClose={close} />}
      {typeof open === 'object' && open.act === 'rename' && (
        <RenameGroupDialog group={open.group} onClose={close} />
      )}
      {typeof open === 'object' && open.act === 'remove' && (
        <DeleteGroupDialog group={open.group} onClose={close} />
      )}
    </>
  );
}

function useGroups(search: ListSearch) {
  const api = useApi();
  return useQuery({
    queryKey: ['groups', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const { filter } = search;
      return api('GET /usergroups', {
        query: { ...pageOf(search), ...(filter ? { group_name: filter } : {}) },
        signal,
      });
    },
  });
}

function useColumns(open: (open: Open) => void): Column<UserGroup>[] {
  const { t } = useTranslation('groups');
  return [
    { id: 'name', label: t('projects.name'), cell: ({ group_name }) => group_name },
    {
      id: 'kind',
      label: t('kind'),
      cell: ({ group_type = 0 }) => {
        const kind = kindOf(group_type);
        return kind ? t(`kinds.${kind}`) : group_type;
      },
    },
    {
      id: 'dn',
      label: t('dn'),
      cell: ({ ldap_group_dn }) => <span className="server-words">{ldap_group_dn || '–'}</span>,
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (group) => (
        <Group gap={6} wrap="nowrap">
          <ActionButton
            size="compact-xs"
            variant="default"
            aria-label={t('renameNamed', { name: group.group_name })}
            onClick={() => open({ act: 'rename', group })}
          >
            {t('rename')}
          </ActionButton>
          <ActionButton
            size="compact-xs"
            variant="default"
            aria-label={t('deleteNamed', { name: group.group_name })}
            onClick={() => open({ act: 'remove', group })}
          >
            {t('dialog.delete')}
          </ActionButton>
        </Group>
      ),
    },
  ];
}
