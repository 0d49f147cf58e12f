import { Anchor, Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Quota } from '../../../../src/features/quotas/quotas.contract.ts';
import { contains, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { FilterField } from '../../components/filter-field.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QuotaBar } from '../../components/quota-bar.tsx';
import { DefaultQuota } from './default-quota.tsx';
import { QuotaDialog } from './quota-dialog.tsx';

const route = getRouteApi('/shell/harbor/project-quotas');
const byUse = 'used.storage';

/** What each project stores and may store, those that store most first. */
export function QuotasPage() {
  const { t } = useTranslation('quotas');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [open, setOpen] = useState<Quota>();
  const query = useQuotas(search);
  const columns = useColumns(setOpen);
  const shown = { ...search, sort: search.sort ?? `-${byUse}` };
  const change = (next: ListSearch) => {
    // The usual order is that by use: turned, it is the other way round, and there is no "none" beside the two.
    const turned = 'sort' in next && next.sort === undefined && shown.sort === `-${byUse}`;
    const to = turned ? { ...next, sort: byUse } : next;
    void navigate({ search: (before) => ({ ...before, ...to }), replace: 'filter' in next });
  };
  return (
    <>
      <PageHeading title={t('title')} />
      <DefaultQuota />
      <Group mb="sm">
        <FilterField
          label={t('filter')}
          value={search.filter}
          onFilter={(filter) => change({ filter, page: undefined })}
        />
      </Group>
      <DataTable
        caption={t('title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={shown}
        onSearch={change}
        filtered={search.filter !== undefined}
        empty={<Text>{t('none')}</Text>}
      />
      {open && <QuotaDialog quota={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function useQuotas(search: ListSearch) {
  const api = useApi();
  return useQuery({
    queryKey: ['quotas', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('project_name', search.filter);
      const query = {
        ...pageOf(search),
        sort: search.sort ?? `-${byUse}`,
        reference: 'project',
        ...(q ? { q } : {}),
      };
      return api('GET /quotas', { query, signal });
    },
  });
}

function useColumns(edit: (quota: Quota) => void): Column<Quota>[] {
  const { t } = useTranslation('quotas');
  return [
    {
      id: 'project',
      label: t('project.title'),
      sort: 'project_name',
      cell: ({ ref }) => (
        <Anchor
          renderRoot={(props) => (
            <Link
              {...props}
              to="/harbor/projects/$id/repositories"
              params={{ id: String(ref?.id) }}
              search={{}}
            />
          )}
        >
          {ref?.name}
        </Anchor>
      ),
    },
    { id: 'owner', label: t('owner'), cell: ({ ref }) => ref?.owner_name || '–' },
    {
      id: 'use',
      label: t('use'),
      sort: byUse,
      cell: ({ ref, used, hard }) => (
        <QuotaBar
          label={t('useOf', { name: ref?.name })}
          used={used['storage'] ?? 0}
          hard={hard['storage'] ?? -1}
        />
      ),
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (quota) => (
        <ActionButton
          size="compact-xs"
          variant="default"
          aria-label={t('changeNamed', { name: quota.ref?.name })}
          onClick={() => edit(quota)}
        >
          {t('change')}
        </ActionButton>
      ),
    },
  ];
}
