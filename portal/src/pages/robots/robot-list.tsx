import { Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Robot } from '../../../../src/features/robots/robots.contract.ts';
import { contains, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { Ago } from '../../components/ago.tsx';
import { CreateRobotDialog } from './create-robot-dialog.tsx';
import { EditRobotDialog } from './edit-robot-dialog.tsx';
import { Expiry, Permissions, RobotName, States } from './robot-cells.tsx';
import { DeleteRobotDialog, SwitchRobotDialog } from './robot-dialogs.tsx';
import { type Level, queryKeyOf, useOffered } from './level.ts';
import { RefreshSecretDialog } from './refresh-secret-dialog.tsx';
import './robots.css';

interface RobotListProps {
  readonly level: Level;
  readonly search: ListSearch;
  readonly onSearch: (change: ListSearch) => void;
}

interface Open {
  readonly what: 'create' | 'edit' | 'refresh' | 'switch' | 'delete';
  readonly robot?: Robot;
}

/** Robots of a project or of the registry: the same list, forms and words. */
export function RobotList({ level, search, onSearch }: RobotListProps) {
  const { t } = useTranslation('robots');
  const [open, setOpen] = useState<Open>();
  const query = useRobots(level, search);
  const columns = useColumns(level, setOpen);
  const create = (
    <ActionButton
      onClick={() => setOpen({ what: 'create' })}
      refusal={level.may('create') ? undefined : t('robots.mayNotChange')}
    >
      {t('robots.new')}
    </ActionButton>
  );
  return (
    <>
      <Group my="sm" justify="space-between">
        <ListFilter label={t('projects.filter')} search={search} onSearch={onSearch} />
        {create}
      </Group>
      <DataTable
        caption={t('robots.title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        usual="name"
        onSearch={onSearch}
        empty={
          <>
            <Text mb="sm">{t('robots.none')}</Text>
            {create}
          </>
        }
      />
      {open && <Dialogs open={open} level={level} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function useRobots(level: Level, search: ListSearch) {
  const api = useApi();
  const { project } = level;
  return useQuery({
    queryKey: [...queryKeyOf(level), search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const named = contains('name', search.filter);
      const of = project ? ['Level=project', `ProjectID=${project.id}`] : [];
      const q = [...of, ...(named ? [named] : [])].join(',');
      return api('GET /robots', { query: { ...pageOf(search), ...(q && { q }) }, signal });
    },
  });
}

interface DialogsProps {
  readonly open: Open;
  readonly level: Level;
  readonly onClose: () => void;
}

function Dialogs({ open: { what, robot }, level, onClose }: DialogsProps) {
  if (!robot) return <CreateRobotDialog level={level} onClose={onClose} />;
  const props = { robot, level, onClose };
  if (what === 'edit') return <EditRobotDialog {...props} />;
  if (what === 'refresh') return <RefreshSecretDialog {...props} />;
  if (what === 'switch') return <SwitchRobotDialog {...props} />;
  return <DeleteRobotDialog {...props} />;
}

function useColumns(level: Level, open: (what: Open) => void): Column<Robot>[] {
  const { t } = useTranslation('robots');
  const { data: offered } = useOffered(level);
  return [
    {
      id: 'name',
      label: t('projects.name'),
      sort: 'name',
      cell: ({ name, description }) => (
        <>
          <RobotName name={name ?? ''} />
          {description !== undefined && (
            <Text size="xs" c="dimmed" className="robot-description">
              {description}
            </Text>
          )}
        </>
      ),
    },
    { id: 'state', label: t('robots.state'), cell: (robot) => <States robot={robot} /> },
    {
      id: 'expiry',
      label: t('robots.expires'),
      sort: 'expires_at',
      cell: (robot) => <Expiry robot={robot} />,
    },
    {
      id: 'permissions',
      label: t('robots.permissions'),
      cell: ({ permissions }) => <Permissions permissions={permissions} offered={offered} level={level} />,
    },
    {
      id: 'created',
      label: t('projects.created'),
      sort: 'creation_time',
      cell: ({ creation_time }) => <Ago time={creation_time} />,
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (robot) => <Actions robot={robot} level={level} open={open} />,
    },
  ];
}

interface ActionsProps {
  readonly robot: Robot;
  readonly level: Level;
  readonly open: (what: Open) => void;
}

function Actions({ robot, level, open }: ActionsProps) {
  const { t } = useTranslation('robots');
  const { name, disable } = robot;
  const refusal = (action: 'update' | 'delete') => (level.may(action) ? undefined : t('robots.mayNotChange'));
  const look = { size: 'compact-xs', variant: 'default' } as const;
  return (
    <span className="wide-actions">
      <ActionButton
        {...look}
        aria-label={t('robots.editNamed', { name })}
        refusal={refusal('update')}
        onClick={() => open({ what: 'edit', robot })}
      >
        {t('robots.edit')}
      </ActionButton>
      <ActionButton
        {...look}
        aria-label={t('robots.refreshNamed', { name })}
        refusal={refusal('update')}
        onClick={() => open({ what: 'refresh', robot })}
      >
        {t('robots.refresh')}
      </ActionButton>
      <ActionButton
        {...look}
        aria-label={disable ? t('robots.enableNamed', { name }) : t('robots.disableNamed', { name })}
        refusal={refusal('update')}
        onClick={() => open({ what: 'switch', robot })}
      >
        {disable ? t('robots.enable') : t('robots.disable')}
      </ActionButton>
      <ActionButton
        {...look}
        aria-label={t('robots.deleteNamed', { name })}
        refusal={refusal('delete')}
        onClick={() => open({ what: 'delete', robot })}
      >
        {t('dialog.delete')}
      </ActionButton>
    </span>
  );
}
