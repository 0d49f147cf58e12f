import { Group, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FilterField } from '../../components/filter-field.tsx';
import { useProject } from '../../components/project-context.ts';
import { type ArtifactsSearch, taggings } from './artifacts-search.ts';
import { kinds, useKind } from '../../components/artifact-kind.ts';

interface FiltersProps {
  readonly search: ArtifactsSearch;
  /** Those in view: they know the names of their labels. */
  readonly rows: readonly Artifact[] | undefined;
  readonly onSearch: (change: ArtifactsSearch) => void;
}

export function ArtifactsFilters({ search, rows, onSearch }: FiltersProps) {
  const { t } = useTranslation('repository');
  const { can } = useProject();
  const kindOf = useKind();
  const { type, tagged } = search;
  const types: string[] =
    type === undefined || kinds.some((kind) => kind === type) ? [...kinds] : [...kinds, type];
  const change = (next: ArtifactsSearch) => onSearch({ ...next, page: undefined });
  return (
    <Group my="sm" gap="xs">
      <NativeSelect
        aria-label={t('tagged')}
        value={tagged ?? ''}
        data={[
          { value: '', label: t('taggings.part') },
          { value: 'exact', label: t('taggings.exact') },
          { value: 'none', label: t('taggings.none') },
        ]}
        onChange={({ currentTarget: { value } }) => {
          const chosen = taggings.find((one) => one === value);
          change({ tagged: chosen, ...(chosen === 'none' ? { filter: undefined } : {}) });
        }}
      />
      {tagged !== 'none' && (
        <FilterField
          label={t('filterByTag')}
          value={search.filter}
          onFilter={(filter) => change({ filter })}
        />
      )}
      <NativeSelect
        aria-label={t('type')}
        value={type ?? ''}
        data={[
          { value: '', label: t('anyType') },
          ...types.map((one) => ({ value: one, label: kindOf(one) })),
        ]}
        onChange={({ currentTarget: { value } }) => change({ type: value || undefined })}
      />
      {can('label:list') && (
        <LabelSelect label={search.label} rows={rows} onLabel={(label) => change({ label })} />
      )}
    </Group>
  );
}

interface LabelSelectProps {
  readonly label: number | undefined;
  readonly rows: readonly Artifact[] | undefined;
  readonly onLabel: (id: number | undefined) => void;
}

/** Labels are asked for when somebody goes to this field: most never do. */
function LabelSelect({ label, rows, onLabel }: LabelSelectProps) {
  const { t } = useTranslation('repository');
  const [wanted, setWanted] = useState(false);
  const known = useLabels(wanted);
  const inView = rows?.flatMap(({ labels }) => labels ?? []).find(({ id }) => id === label);
  const isListed = known.some(({ id }) => id === label);
  const chosen = label === undefined || isListed ? [] : [{ id: label, name: inView?.name ?? `#${label}` }];
  return (
    <NativeSelect
      aria-label={t('label')}
      value={label === undefined ? '' : String(label)}
      data={[
        { value: '', label: t('anyLabel') },
        ...[...chosen, ...known].map(({ id, name = '' }) => ({ value: String(id), label: name })),
      ]}
      onPointerEnter={() => setWanted(true)}
      onFocus={() => setWanted(true)}
      onChange={({ currentTarget: { value } }) => onLabel(value === '' ? undefined : Number(value))}
    />
  );
}

/** Those of the project and those of the registry. */
export function useLabels(enabled: boolean): readonly { id?: number; name?: string }[] {
  const api = useApi();
  const { id } = useProject();
  const { data } = useQuery({
    queryKey: ['labels', id, 'to-choose'],
    enabled,
    queryFn: async ({ signal }) => {
      const page = { page_size: 100, sort: 'name' };
      const lists = await Promise.all([
        api('GET /labels', { query: { ...page, scope: 'p', project_id: id }, signal }),
        api('GET /labels', { query: { ...page, scope: 'g' }, signal }),
      ]);
      return lists.flatMap(({ items }) => items);
    },
  });
  return data ?? [];
}
