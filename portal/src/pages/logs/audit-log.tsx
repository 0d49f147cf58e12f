import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditLogExt } from '../../../../src/features/audit/audit.contract.ts';
import type { ListSearch } from '../../api/list-search.ts';
import type { Listed } from '../../api/operations.ts';
import { Ago } from '../../components/ago.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { LogActions } from './log-actions.tsx';
import { LogFilters } from './log-filters.tsx';
import { isNarrowed, type LogSearch, nothingChosen } from './log-search.ts';
import { useWords } from './words.ts';
import './logs.css';

export interface AuditLogProps {
  readonly search: LogSearch;
  readonly onSearch: (change: LogSearch) => void;
  /** Of the project whose log it is; undefined for all that the caller may see. */
  readonly project?: string;
  readonly list: (signal: AbortSignal) => Promise<Listed<AuditLogExt[]>>;
}

/** The audit log of one project or of all: one view, whose whole state is in the address. */
export function AuditLog({ search, onSearch, project, list }: AuditLogProps) {
  const { t } = useTranslation('logs');
  const query = useQuery({
    queryKey: ['audit-log', project, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => list(signal),
  });
  const columns = useColumns();
  const turn = (change: ListSearch) => {
    if ('filter' in change) return onSearch(nothingChosen);
    const { filter: _, ...next } = change;
    return onSearch(next);
  };
  return (
    <>
      <LogFilters search={search} onSearch={onSearch} />
      <LogActions search={search} project={project} />
      <DataTable
        caption={t('title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        usual="-op_time"
        onSearch={turn}
        filtered={isNarrowed(search)}
        empty={<Text>{t('none')}</Text>}
      />
    </>
  );
}

function useColumns(): Column<AuditLogExt>[] {
  const { t } = useTranslation('logs');
  const words = useWords();
  return [
    { id: 'time', label: t('time'), sort: 'op_time', cell: ({ op_time }) => <Ago time={op_time} /> },
    {
      id: 'user',
      label: t('user'),
      cell: ({ username }) => <span className="log-name">{username}</span>,
    },
    { id: 'operation', label: t('operation'), cell: ({ operation = '' }) => words.operation(operation) },
    { id: 'type', label: t('type'), cell: ({ resource_type = '' }) => words.type(resource_type) },
    { id: 'resource', label: t('resource'), cell: (row) => <Resource row={row} /> },
    {
      id: 'result',
      label: t('result'),
      cell: ({ operation_result }) =>
        operation_result ? t('done') : <StateMark tone="bad">{t('failed')}</StateMark>,
    },
  ];
}

/** What it was done to, and beneath it what else the server tells of it. */
function Resource({ row }: { row: AuditLogExt }) {
  const { operation, resource_type = '', resource = '', operation_description = '' } = row;
  const known = `${operation} ${resource_type.replaceAll('_', ' ')} ${resource}`;
  const more = operation_description.startsWith(known)
    ? operation_description
        .slice(known.length)
        .replace(/^ failed/, '')
        .replace(/^ \((.*)\)$/s, '$1')
    : operation_description;
  return (
    <div className="log-resource">
      {resource}
      {more !== '' && (
        <Text size="xs" c="dimmed" title={more}>
          {more.replace(/(sha\d{3}:[0-9a-f]{12})[0-9a-f]+/g, '$1…')}
        </Text>
      )}
    </div>
  );
}
