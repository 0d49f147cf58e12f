import { Anchor, Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Quota } from '../../../../src/features/quotas/quotas.contract.ts';
import { contains, listSearch, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { QuotaBar } from '../../components/quota-bar.tsx';
import { DefaultQuota } from './default-quota.tsx';
import { QuotaDialog } from './quota-dialog.tsx';

const route = getRouteApi('/shell/harbor/project-quotas');
const byUse = 'used.storage';

/** What each project stores and may store, those that store most first. */
export function QuotasPage() {
  const { t } = useTranslation('quotas');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [open, setOpen] = useState<Quota>();
  const query = useQuotas(search);
  const columns = useColumns(setOpen);
  return (
    <>
      <PageHeading title={t('title')} />
      <DefaultQuota />
      <Group mb="sm">
        <ListFilter label={t('filter')} search={search} onSearch={change} />
      </Group>
      <DataTable
        caption={t('title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        usual={`-${byUse}`}
        onSearch={change}
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
