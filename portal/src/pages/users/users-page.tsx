import { Group, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserResp } from '../../../../src/features/users/users.contract.ts';
import { contains, listSearch, type ListSearch, pageOf } from '../../api/list-search.ts';
import { useApi, useCurrentUser, useSystemInfo } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { Ago } from '../../components/ago.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { RowMenu } from '../../components/row-menu.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { AdministratorDialog } from './administrator-dialog.tsx';
import { CreateUserDialog } from './create-user-dialog.tsx';
import { DeleteUserDialog } from './delete-user-dialog.tsx';
import { EditUserDialog } from './edit-user-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';

const route = getRouteApi('/shell/harbor/users');

const dialogs = {
  edit: EditUserDialog,
  administrator: AdministratorDialog,
  password: PasswordDialog,
  remove: DeleteUserDialog,
} as const;
type Act = keyof typeof dialogs;
type Open = { readonly act: Act; readonly user: UserResp };

export function UsersPage() {
  const { t } = useTranslation('users');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [open, setOpen] = useState<'create' | Open>();
  const query = useUsers(search);
  const columns = useColumns(setOpen);
  const close = () => setOpen(undefined);
  const create = (
    <ActionButton refusal={useCreationRefusal()} onClick={() => setOpen('create')}>
      {t('new')}
    </ActionButton>
  );
  const Dialog = typeof open === 'object' ? dialogs[open.act] : undefined;
  return (
    <>
      <PageHeading title={t('title')}>{create}</PageHeading>
      <Group mb="sm">
        <ListFilter label={t('filter')} search={search} onSearch={change} />
      </Group>
      <DataTable
        caption={t('title')}
        columns={columns}
        keyOf={({ user_id }) => user_id ?? 0}
        query={query}
        search={search}
        usual="username"
        onSearch={change}
        empty={
          <>
            <Text mb="sm">{t('none')}</Text>
            {create}
          </>
        }
      />
      {open === 'create' && <CreateUserDialog onClose={close} />}
      {Dialog && typeof open === 'object' && <Dialog user={open.user} onClose={close} />}
    </>
  );
}

function useUsers(search: ListSearch) {
  const api = useApi();
  return useQuery({
    queryKey: ['users', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('username', search.filter);
      return api('GET /users', { query: { ...pageOf(search), ...(q ? { q } : {}) }, signal });
    },
  });
}

/** Why the caller may not make an account here, if so. */
function useCreationRefusal(): string | undefined {
  const { t } = useTranslation('users');
  const { auth_mode } = useSystemInfo();
  return auth_mode === 'db_auth' ? undefined : t('accountsElsewhere');
}

function useColumns(open: (open: Open) => void): Column<UserResp>[] {
  const { t } = useTranslation('users');
  return [
    {
      id: 'username',
      label: t('signIn.username'),
      sort: 'username',
      cell: (user) => <Name user={user} />,
    },
    { id: 'realname', label: t('realname'), sort: 'realname', cell: (user) => <RealName user={user} /> },
    { id: 'email', label: t('signUp.email'), sort: 'email', cell: ({ email }) => email || '–' },
    {
      id: 'created',
      label: t('projects.created'),
      sort: 'creation_time',
      cell: ({ creation_time }) => <Ago time={creation_time} />,
    },
    { id: 'actions', label: t('table.actions'), cell: (user) => <Actions user={user} open={open} /> },
  ];
}

function Name({ user: { username, sysadmin_flag } }: { user: UserResp }) {
  const { t } = useTranslation('users');
  return (
    <>
      <span className="server-words">{username}</span>{' '}
      {sysadmin_flag && <StateMark tone="busy">{t('administrator')}</StateMark>}
    </>
  );
}

/** With what is noted about the person, which few accounts have. */
function RealName({ user: { realname, comment } }: { user: UserResp }) {
  return (
    <>
      {realname || '–'}
      {comment && (
        <Text size="xs" c="dimmed">
          {comment}
        </Text>
      )}
    </>
  );
}

/** What is done every day, and behind the dots what is read before it is done. */
function Actions({ user, open }: { user: UserResp; open: (open: Open) => void }) {
  const { t } = useTranslation('users');
  const self = useCurrentUser()?.user_id === user.user_id;
  const name = user.username;
  const refusal = self ? t('notOneself') : undefined;
  return (
    <span className="row-actions">
      <ActionButton
        size="compact-xs"
        variant="default"
        aria-label={t('editNamed', { name })}
        onClick={() => open({ act: 'edit', user })}
      >
        {t('edit')}
      </ActionButton>
      <RowMenu
        label={t('table.actionsOf', { name })}
        actions={() => [
          { label: t('password'), onClick: () => open({ act: 'password', user }) },
          {
            label: t(`admin.${user.sysadmin_flag ? 'demote' : 'promote'}.short`),
            refusal,
            onClick: () => open({ act: 'administrator', user }),
          },
          { label: t('delete'), dangerous: true, refusal, onClick: () => open({ act: 'remove', user }) },
        ]}
      />
    </span>
  );
}
