import { Autocomplete, NativeSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { roles } from './roles.ts';

export function AddMemberDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const [username, setUsername] = useState('');
  const [role, setRole] = useState('2');
  const add = useMutation({
    mutationFn: () =>
      api('POST /projects/:project_name_or_id/members', {
        params: { project_name_or_id: String(id) },
        body: { role_id: Number(role), member_user: { username: username.trim() } },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('members.added', { name: username.trim() }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['members', id] });
    },
  });
  const refusal = add.error instanceof ApiFailure ? add.error : undefined;
  const onName = refusal !== undefined && [400, 404, 409].includes(refusal.status);
  return (
    <FormDialog
      title={t('members.add')}
      action={t('members.add')}
      pending={add.isPending}
      disabled={username.trim() === ''}
      error={onName ? null : add.error}
      onClose={onClose}
      onSubmit={() => add.mutate()}
    >
      <Autocomplete
        label={t('signIn.username')}
        description={t('members.suggestions')}
        data={useSuggestions(username)}
        // The server has searched; what it found is shown as it is.
        filter={({ options }) => options}
        value={username}
        required
        data-autofocus
        // Open but empty it would swallow the Escape that is meant for the dialog.
        openOnFocus={false}
        autoComplete="off"
        onChange={(value) => {
          add.reset();
          setUsername(value);
        }}
        error={onName ? refusal.message : undefined}
      />
      <NativeSelect
        label={t('projects.role')}
        value={role}
        data={roles.map(({ id: value, key }) => ({ value: String(value), label: t(`roles.${key}`) }))}
        onChange={(event) => setRole(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

function useSuggestions(typed: string): string[] {
  const api = useApi();
  const [username] = useDebouncedValue(typed.trim().slice(0, 255), 150);
  const { data } = useQuery({
    queryKey: ['user-search', username],
    enabled: username !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /users/search', { query: { username, page_size: 10 }, signal }),
  });
  return data?.items.flatMap((user) => user.username ?? []) ?? [];
}
