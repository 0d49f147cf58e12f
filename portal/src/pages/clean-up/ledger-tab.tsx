import { Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LedgerEntry } from '../../../../src/features/gc/gc.contract.ts';
import { listSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { DataTable } from '../../components/data-table.tsx';
import { FilterField } from '../../components/filter-field.tsx';
import { useLedgerColumns } from './ledger-columns.tsx';
import { isNarrowed, kinds, type LedgerSearch, noFilter, queryOf } from './ledger-search.ts';
import { RestoreDialog } from './restore-dialog.tsx';

const route = getRouteApi('/shell/harbor/clearing-job/ledger');

export function LedgerTab() {
  const { t } = useTranslation('clean-up');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [restoring, setRestoring] = useState<LedgerEntry>();
  const query = useLedger(search);
  const columns = useLedgerColumns(setRestoring);
  return (
    <>
      <Text my="sm">{t('ledger.about')}</Text>
      <Filters search={search} onSearch={(next) => change({ ...next, page: undefined })} />
      <DataTable
        caption={t('ledger.title')}
        columns={columns}
        keyOf={({ id }) => id}
        query={query}
        search={search}
        usual="-deleted_at"
        onSearch={(next) => change('filter' in next && next.filter === undefined ? noFilter : next)}
        filtered={isNarrowed(search)}
        empty={<Text>{t('ledger.none')}</Text>}
      />
      {restoring && <RestoreDialog entry={restoring} onClose={() => setRestoring(undefined)} />}
    </>
  );
}

function useLedger(search: LedgerSearch) {
  const api = useApi();
  return useQuery({
    queryKey: ['ledger', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = queryOf(search);
      return api('GET /system/gc/ledger', { query: { ...pageOf(search), ...(q ? { q } : {}) }, signal });
    },
  });
}

interface FiltersProps {
  readonly search: LedgerSearch;
  readonly onSearch: (change: LedgerSearch) => void;
}

function Filters({ search, onSearch }: FiltersProps) {
  const { t } = useTranslation('clean-up');
  return (
    <Group mb="sm" align="end" gap="sm">
      <FilterField
        label={t('ledger.repository')}
        value={search.filter}
        onFilter={(filter) => onSearch({ filter })}
      />
      <FilterField label={t('ledger.user')} value={search.user} onFilter={(user) => onSearch({ user })} />
      <NativeSelect
        aria-label={t('ledger.kind')}
        value={search.kind ?? ''}
        data={[
          { value: '', label: t('ledger.anyKind') },
          ...kinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) })),
        ]}
        onChange={({ currentTarget: { value } }) => onSearch({ kind: kinds.find((one) => one === value) })}
      />
      <DayField label={t('ledger.from')} value={search.from} onChange={(from) => onSearch({ from })} />
      <DayField label={t('ledger.to')} value={search.to} onChange={(to) => onSearch({ to })} />
    </Group>
  );
}

interface DayFieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (day: string | undefined) => void;
}

function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <TextInput
      type="date"
      aria-label={label}
      leftSection={<Text size="xs">{label}</Text>}
      leftSectionWidth="3.5rem"
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}
