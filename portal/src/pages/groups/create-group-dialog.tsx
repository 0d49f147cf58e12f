import { NativeSelect, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi, useSystemInfo } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { kinds, usualType } from './kinds.ts';

export function CreateGroupDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('groups');
  const [type, setType] = useState(usualType(useSystemInfo().auth_mode));
  const [name, setName] = useState('');
  const [dn, setDn] = useState('');
  const create = useCreateGroup(onClose);
  const refusal = create.error instanceof ApiFailure && [400, 409].includes(create.error.status);
  const message = refusal ? create.error?.message : undefined;
  const onDn = message?.startsWith('ldap_group_dn') ?? false;
  return (
    <FormDialog
      title={t('new')}
      action={t('createProject.action')}
      pending={create.isPending}
      disabled={name.trim() === ''}
      error={refusal ? null : create.error}
      onClose={onClose}
      onSubmit={() => create.mutate({ type, name: name.trim(), dn: dn.trim() })}
    >
      <NativeSelect
        label={t('kind')}
        description={t('kindHelp')}
        value={String(type)}
        data={kinds.map((kind) => ({ value: String(kind.type), label: t(`kinds.${kind.key}`) }))}
        onChange={({ currentTarget }) => setType(Number(currentTarget.value))}
      />
      <TextInput
        label={t('projects.name')}
        required
        data-autofocus
        autoComplete="off"
        value={name}
        error={onDn ? undefined : message}
        onChange={({ currentTarget }) => {
          create.reset();
          setName(currentTarget.value);
        }}
      />
      {type === 1 && (
        <TextInput
          label={t('dn')}
          placeholder="cn=builders,dc=example,dc=org"
          required
          autoComplete="off"
          value={dn}
          error={onDn ? message : undefined}
          onChange={({ currentTarget }) => {
            create.reset();
            setDn(currentTarget.value);
          }}
        />
      )}
    </FormDialog>
  );
}

interface NewGroup {
  readonly type: number;
  readonly name: string;
  readonly dn: string;
}

function useCreateGroup(onClose: () => void) {
  const { t } = useTranslation('groups');
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ type, name, dn }: NewGroup) =>
      api('POST /usergroups', {
        body: { group_name: name, group_type: type, ...(type === 1 ? { ldap_group_dn: dn } : {}) },
      }),
    onSuccess: async (_, { name }) => {
      notifications.show({ message: t('created', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['groups'] });
    },
  });
}
