import { Group, NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../../src/features/bulk/bulk.contract.ts';
import { type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useSelection } from '../../components/use-selection.ts';
import { shortDigest } from '../../components/digest.ts';
import { useRepository } from '../../components/repository-context.ts';

const states = ['done', 'skipped', 'failed', 'waiting'] as const;
const tones = { done: 'good', skipped: 'quiet', failed: 'bad', waiting: 'quiet' } as const;

interface BulkItemsProps {
  readonly id: number;
  readonly onUndo?: (items: number[]) => void;
}

/** What became of each, a page at a time. */
export function BulkItems({ id, onUndo }: BulkItemsProps) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const { path } = useRepository();
  // A dialog has no address of its own.
  const [search, setSearch] = useState<ListSearch>({});
  const query = useQuery({
    queryKey: ['bulk-items', id, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/bulk/:execution_id/items', {
        params: { ...path, execution_id: id },
        query: { ...pageOf(search), ...(search.filter ? { q: `state=${search.filter}` } : {}) },
        signal,
      }),
  });
  const ids = query.data?.items.map((item) => String(item.id)) ?? [];
  const selection = useSelection(ids, search.filter ?? '');
  const chosen = 'rows' in selection.selected ? [...selection.selected.rows].map(Number) : [];
  return (
    <>
      <Group my="sm">
        <NativeSelect
          label={t('bulk.show')}
          value={search.filter ?? ''}
          data={[
            { value: '', label: t('bulk.all') },
            ...states.map((state) => ({ value: state, label: t(`bulk.states.${state}`) })),
          ]}
          onChange={({ currentTarget: { value } }) => setSearch({ filter: value || undefined })}
        />
        {onUndo && chosen.length > 0 && (
          <ActionButton variant="default" mt="auto" onClick={() => onUndo(chosen)}>
            {t('bulk.undoSome', { count: chosen.length })}
          </ActionButton>
        )}
      </Group>
      <DataTable
        caption={t('bulk.items')}
        columns={useColumns()}
        keyOf={(item) => item.id}
        nameOf={({ tag, digest }) => tag ?? shortDigest(digest)}
        query={query}
        search={search}
        onSearch={(change) => setSearch((before) => ({ ...before, ...change }))}
        empty={t('table.nothingMatches')}
        {...(onUndo ? { selection } : {})}
      />
    </>
  );
}

function useColumns(): Column<Item>[] {
  const { t } = useTranslation('repository');
  return [
    { id: 'name', label: t('tag'), cell: ({ tag, digest }) => tag ?? <code>{shortDigest(digest)}</code> },
    {
      id: 'state',
      label: t('bulk.state'),
      cell: ({ state }) => <StateMark tone={tones[state]}>{t(`bulk.states.${state}`)}</StateMark>,
    },
    {
      id: 'reason',
      label: t('bulk.reason'),
      cell: ({ reason }) => <span className="server-words">{reason ?? '–'}</span>,
    },
  ];
}
