import { Group, NativeSelect, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { use, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProjectMemberEntity } from '../../../../src/features/members/members.contract.ts';
import { contains, listSearch, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi, useCurrentUser } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { useProject } from '../../components/project-context.ts';
import { ReadOnlyContext } from '../../components/read-only.ts';
import { roleKey, roles } from '../../components/roles.ts';
import { AddMembersDialog } from './add-members-dialog.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/members');

export function MembersTab() {
  const { t } = useTranslation('members');
  const { can } = useProject();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [open, setOpen] = useState<'add' | ProjectMemberEntity>();
  const query = useMembers(search);
  const columns = useColumns(setOpen);
  const close = () => setOpen(undefined);
  return (
    <>
      <Group my="sm" justify="space-between">
        <ListFilter label={t('members.filter')} search={search} onSearch={change} />
        <ActionButton
          onClick={() => setOpen('add')}
          refusal={can('member:create') ? undefined : t('members.mayNotChange')}
        >
          {t('members.add')}
        </ActionButton>
      </Group>
      <DataTable
        caption={t('project.members')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        usual="entity_name"
        onSearch={change}
        empty={<Text>{t('members.none')}</Text>}
      />
      {open === 'add' && <AddMembersDialog onClose={close} />}
      {open !== undefined && open !== 'add' && <RemoveMemberDialog member={open} onClose={close} />}
    </>
  );
}

function useMembers(search: ListSearch) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: ['members', id, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('entity_name', search.filter);
      return api('GET /projects/:project_name_or_id/members', {
        params: { project_name_or_id: String(id) },
        query: { ...pageOf(search), ...(q ? { q } : {}) },
        signal,
      });
    },
  });
}

function useColumns(remove: (member: ProjectMemberEntity) => void): Column<ProjectMemberEntity>[] {
  const { t } = useTranslation('members');
  const { can } = useProject();
  const closed = use(ReadOnlyContext);
  const user = useCurrentUser();
  const isCaller = ({ entity_type, entity_id }: ProjectMemberEntity) =>
    entity_type === 'u' && entity_id === user?.user_id;
  return [
    {
      id: 'name',
      label: t('projects.name'),
      sort: 'entity_name',
      cell: (member) => (
        <>
          {member.entity_name}
          {isCaller(member) && (
            <Text span size="xs" c="dimmed">
              {' '}
              {t('members.you')}
            </Text>
          )}
        </>
      ),
    },
    {
      id: 'kind',
      sort: 'entity_type',
      label: t('members.kind'),
      cell: ({ entity_type }) => (entity_type === 'g' ? t('members.group') : t('members.user')),
    },
    {
      id: 'role',
      sort: 'role_id',
      label: t('projects.role'),
      cell: (member) =>
        can('member:update') && closed === undefined ? (
          <RoleSelect member={member} />
        ) : (
          t(`roles.${roleKey(member.role_id ?? 0)}`)
        ),
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (member) => (
        <ActionButton
          size="compact-xs"
          variant="default"
          aria-label={t('members.removeNamed', { name: member.entity_name })}
          refusal={can('member:delete') ? undefined : t('members.mayNotChange')}
          onClick={() => remove(member)}
        >
          {t('members.remove')}
        </ActionButton>
      ),
    },
  ];
}

function RoleSelect({ member }: { member: ProjectMemberEntity }) {
  const { t } = useTranslation('members');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const name = member.entity_name ?? '';
  const update = useMutation({
    mutationFn: (role_id: number) =>
      api('PUT /projects/:project_name_or_id/members/:mid', {
        params: { project_name_or_id: String(id), mid: member.id ?? 0 },
        body: { role_id },
      }),
    onSuccess: () => notifications.show({ message: t('members.changed', { name }) }),
    // One's own role may have changed, and with it what may be done here.
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ['members', id] });
      await client.invalidateQueries({ queryKey: ['permissions', id] });
    },
  });
  return (
    <NativeSelect
      size="xs"
      miw="9rem"
      aria-label={t('members.roleOf', { name })}
      value={String(update.isPending ? update.variables : (member.role_id ?? ''))}
      data={roles.map((role) => ({ value: String(role.id), label: t(`roles.${role.key}`) }))}
      error={update.error?.message}
      onChange={(event) => update.mutate(Number(event.currentTarget.value))}
    />
  );
}

function RemoveMemberDialog({ member, onClose }: { member: ProjectMemberEntity; onClose: () => void }) {
  const { t } = useTranslation('members');
  const api = useApi();
  const client = useQueryClient();
  const project = useProject();
  const name = member.entity_name ?? '';
  const remove = useMutation({
    mutationFn: () =>
      api('DELETE /projects/:project_name_or_id/members/:mid', {
        params: { project_name_or_id: String(project.id), mid: member.id ?? 0 },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('members.removed', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['members', project.id] });
      await client.invalidateQueries({ queryKey: ['permissions', project.id] });
    },
  });
  return (
    <ConfirmDialog
      title={t('members.removeNamed', { name })}
      text={t('members.removeText', { name, project: project.name })}
      action={t('members.remove')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
