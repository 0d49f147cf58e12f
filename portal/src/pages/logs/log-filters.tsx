import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FilterField } from '../../components/filter-field.tsx';
import type { LogSearch } from './log-search.ts';
import { TimeFilter } from './time-filter.tsx';
import { operations, types, useWords } from './words.ts';

interface LogFiltersProps {
  readonly search: LogSearch;
  readonly onSearch: (change: LogSearch) => void;
}

export function LogFilters({ search, onSearch }: LogFiltersProps) {
  const { t } = useTranslation('logs');
  const words = useWords();
  const narrow = (change: LogSearch) => onSearch({ ...change, page: undefined });
  return (
    <div className="log-filters" role="search" aria-label={t('filters')}>
      <FilterField label={t('user')} value={search.user} onFilter={(user) => narrow({ user })} />
      <NativeSelect
        aria-label={t('operation')}
        value={search.operation ?? ''}
        data={[
          { value: '', label: t('anyOperation') },
          ...withOwn(operations, search.operation).map((value) => ({ value, label: words.operation(value) })),
        ]}
        onChange={({ currentTarget: { value } }) => narrow({ operation: value || undefined })}
      />
      <NativeSelect
        aria-label={t('type')}
        value={search.type ?? ''}
        data={[
          { value: '', label: t('anyType') },
          ...withOwn(types, search.type).map((value) => ({ value, label: words.type(value) })),
        ]}
        onChange={({ currentTarget: { value } }) => narrow({ type: value || undefined })}
      />
      <FilterField
        label={t('resource')}
        value={search.resource}
        onFilter={(resource) => narrow({ resource })}
      />
      <NativeSelect
        aria-label={t('result')}
        value={search.result ?? ''}
        data={[
          { value: '', label: t('anyResult') },
          { value: 'done', label: t('done') },
          { value: 'failed', label: t('failed') },
        ]}
        onChange={({ currentTarget: { value } }) =>
          narrow({ result: value === 'done' || value === 'failed' ? value : undefined })
        }
      />
      <TimeFilter search={search} onSearch={narrow} />
    </div>
  );
}

/** A link may name what this page does not know. */
const withOwn = (known: readonly string[], own: string | undefined): readonly string[] =>
  own === undefined || known.includes(own) ? known : [...known, own];
