import { Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Label } from '../../../../src/features/labels/labels.contract.ts';
import { contains, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { LabelChip } from '../../components/label-chip.tsx';
import { Moment } from '../../components/moment.tsx';
import { colourOf } from './colours.ts';
import { DeleteLabelDialog, LabelDialog, type Owner, queryKeyOf } from './label-dialogs.tsx';

interface LabelListProps {
  readonly owner: Owner;
  readonly search: ListSearch;
  readonly onSearch: (change: ListSearch) => void;
}

interface Open {
  readonly what: 'write' | 'delete';
  readonly label?: Label;
}

/** Labels of a project or of the whole registry: the same list and forms. */
export function LabelList({ owner, search, onSearch }: LabelListProps) {
  const { t } = useTranslation('labels');
  const [open, setOpen] = useState<Open>();
  const query = useLabels(owner, search);
  const columns = useColumns(owner, setOpen);
  const close = () => setOpen(undefined);
  const create = (
    <ActionButton
      onClick={() => setOpen({ what: 'write' })}
      refusal={owner.may('create') ? undefined : t('labels.mayNotChange')}
    >
      {t('labels.new')}
    </ActionButton>
  );
  return (
    <>
      <Group my="sm" justify="space-between">
        <ListFilter label={t('projects.filter')} search={search} onSearch={onSearch} />
        {create}
      </Group>
      <DataTable
        caption={t('labels.title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={onSearch}
        empty={
          <>
            <Text mb="sm">{t('labels.none')}</Text>
            {create}
          </>
        }
      />
      {open?.what === 'write' && <LabelDialog owner={owner} label={open.label} onClose={close} />}
      {open?.what === 'delete' && open.label && (
        <DeleteLabelDialog owner={owner} label={open.label} onClose={close} />
      )}
    </>
  );
}

function useLabels(owner: Owner, search: ListSearch) {
  const api = useApi();
  const { projectId } = owner;
  return useQuery({
    queryKey: [...queryKeyOf(owner), search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('name', search.filter);
      const scope = projectId === undefined ? { scope: 'g' } : { scope: 'p', project_id: projectId };
      return api('GET /labels', { query: { ...pageOf(search), ...scope, ...(q ? { q } : {}) }, signal });
    },
  });
}

function useColumns(owner: Owner, open: (what: Open) => void): Column<Label>[] {
  const { t } = useTranslation('labels');
  return [
    {
      id: 'name',
      label: t('projects.name'),
      sort: 'name',
      cell: ({ name, color }) => <LabelChip name={name} colour={color} />,
    },
    {
      id: 'description',
      label: t('labels.description'),
      cell: ({ description }) => <span className="server-words">{description}</span>,
    },
    { id: 'colour', label: t('labels.colour'), cell: ({ color }) => <ColourName colour={color} /> },
    {
      id: 'created',
      label: t('projects.created'),
      sort: 'creation_time',
      cell: ({ creation_time }) => <Moment time={creation_time} />,
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (label) => <Actions owner={owner} label={label} open={open} />,
    },
  ];
}

function ColourName({ colour }: { colour: string | undefined }) {
  const { t } = useTranslation('labels');
  const known = colourOf(colour);
  return <>{known ? t(`colours.${known.id}`) : (colour ?? '–')}</>;
}

interface ActionsProps {
  readonly owner: Owner;
  readonly label: Label;
  readonly open: (what: Open) => void;
}

function Actions({ owner, label, open }: ActionsProps) {
  const { t } = useTranslation('labels');
  const { name } = label;
  const refusal = (action: 'update' | 'delete') => (owner.may(action) ? undefined : t('labels.mayNotChange'));
  return (
    <Group gap={6} wrap="nowrap">
      <ActionButton
        size="compact-xs"
        variant="default"
        aria-label={t('labels.editNamed', { name })}
        refusal={refusal('update')}
        onClick={() => open({ what: 'write', label })}
      >
        {t('labels.edit')}
      </ActionButton>
      <ActionButton
        size="compact-xs"
        variant="default"
        aria-label={t('labels.deleteNamed', { name })}
        refusal={refusal('delete')}
        onClick={() => open({ what: 'delete', label })}
      >
        {t('dialog.delete')}
      </ActionButton>
    </Group>
  );
}
