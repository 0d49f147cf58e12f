import { Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../../src/features/tag-history/tag-history.contract.ts';
import { contains, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { FilterField } from '../../components/filter-field.tsx';
import { useProject } from '../../components/project-context.ts';
import { shortDigest } from '../../components/digest.ts';
import { DigestLink } from './digest-link.tsx';
import { RollbackDialog } from './history-rollback.tsx';
import { targetOf, useSentence } from './history-sentence.ts';
import { useRepository } from '../../components/repository-context.ts';

const route = getRouteApi('/shell/harbor/projects/$id/repositories/$repo/history-tab');

/** What became of the tags, and the way back. */
export function HistoryTab() {
  const { t } = useTranslation('repository');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const api = useApi();
  const { id } = useProject();
  const { name, path } = useRepository();
  const [entry, setEntry] = useState<HistoryEntry>();
  const q = contains('tag_name', search.filter);
  const query = useQuery({
    queryKey: ['tag-history', id, name, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/tag-history', {
        params: path,
        query: { ...pageOf(search), ...(q ? { q } : {}) },
        signal,
      }),
  });
  const change = (next: ListSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: 'filter' in next });
  return (
    <>
      <Group my="sm">
        <FilterField
          label={t('history.filter')}
          value={search.filter}
          onFilter={(filter) => change({ filter, page: undefined })}
        />
      </Group>
      <DataTable
        caption={t('history.title')}
        columns={useColumns(setEntry)}
        keyOf={(one) => one.id}
        query={query}
        search={search}
        usual="-op_time"
        onSearch={change}
        filtered={q !== undefined}
        empty={t('history.none')}
      />
      {entry && <RollbackDialog entry={entry} onClose={() => setEntry(undefined)} />}
    </>
  );
}

function useColumns(open: (entry: HistoryEntry) => void): Column<HistoryEntry>[] {
  const { t } = useTranslation('repository');
  const sentence = useSentence();
  return [
    {
      id: 'what',
      label: t('history.what'),
      sort: 'op_time',
      cell: (entry) => (
        <span className="history-what" title={entry.op_time}>
          {sentence(entry)}
        </span>
      ),
    },
    { id: 'before', label: t('history.before'), cell: ({ before }) => <Image named={before} /> },
    { id: 'after', label: t('history.after'), cell: ({ after }) => <Image named={after} /> },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (entry) => <RollBack entry={entry} open={() => open(entry)} />,
    },
  ];
}

function Image({ named }: { named: HistoryEntry['after'] }) {
  const { t } = useTranslation('repository');
  if (!named) return <>–</>;
  if (named.state === 'present') return <DigestLink digest={named.digest} />;
  return (
    <span title={named.digest}>
      <code>{shortDigest(named.digest).replace(/^sha256:/, '')}</code>{' '}
      {t(named.state === 'gone' ? 'history.gone' : 'history.deleted')}
    </span>
  );
}

function RollBack({ entry, open }: { entry: HistoryEntry; open: () => void }) {
  const { t } = useTranslation('repository');
  const { can } = useProject();
  const target = targetOf(entry);
  if (!target || target.digest === entry.current_digest) return null;
  const refusal =
    can('tag:create') && can('tag:delete')
      ? target.state === 'gone'
        ? t('history.goneHelp')
        : undefined
      : t('history.mayNot');
  return (
    <ActionButton
      size="compact-sm"
      variant="default"
      refusal={refusal}
      onClick={open}
      aria-label={t('history.rollBackOf', { tag: entry.tag_name, digest: shortDigest(target.digest) })}
    >
      {t('history.rollBack')}
    </ActionButton>
  );
}
