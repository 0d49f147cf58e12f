import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserResp } from '../../../../src/features/users/users.contract.ts';
import { ApiFailure } from '../../api/failure.ts';
import { currentUser, useApi, useCurrentUser, useSystemInfo } from '../../api/use-api.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useFocusAfter } from '../../components/focus-after.ts';
import { Moment } from '../../components/moment.tsx';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';

export function ProfileTab() {
  const user = useCurrentUser();
  if (!user) return <Trouble error={new ApiFailure(401, '')} />;
  return (
    <>
      <ProfileForm key={user.update_time} user={user} />
      {user.user_id === 1 && user.username === 'admin' && <RenameAdministrator />}
    </>
  );
}

function ProfileForm({ user }: { user: UserResp }) {
  const { t } = useTranslation('account');
  const { auth_mode } = useSystemInfo();
  // Elsewhere the directory says who somebody is; user 1 is always here.
  const foreign = auth_mode !== 'db_auth' && user.user_id !== 1;
  const { form, save, trouble, field } = useProfile(user);
  const element = useFocusAfter(save.isPending);
  return (
    <form
      ref={element}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      noValidate
      className="account-form"
    >
      <Stack>
        {foreign && <Text size="sm">{t('profile.foreign')}</Text>}
        <TextInput label={t('profile.username')} value={user.username ?? ''} readOnly variant="filled" />
        <TextInput
          label={t('profile.realname')}
          autoComplete="name"
          required
          readOnly={foreign}
          {...field('realname')}
        />
        <TextInput
          label={t('profile.email')}
          type="email"
          autoComplete="email"
          required
          {...field('email')}
        />
        <TextInput
          label={t('profile.comment')}
          description={t('profile.commentRule')}
          autoComplete="off"
          readOnly={foreign}
          {...field('comment')}
        />
        <Text size="sm" c="dimmed">
          {t('profile.since')} <Moment time={user.creation_time} />
        </Text>
        <FormTrouble error={trouble} />
        {!foreign && (
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              {t('profile.save')}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function useProfile(user: UserResp) {
  const { t } = useTranslation('account');
  const api = useApi();
  const client = useQueryClient();
  const { realname = '', email = '', comment = '' } = user;
  const form = useForm({ initialValues: { realname, email, comment } });
  const save = useMutation({
    mutationFn: (body: typeof form.values) =>
      api('PUT /users/:user_id', { params: { user_id: user.user_id ?? 0 }, body }),
    onSuccess: async () => {
      notifications.show({ message: t('profile.saved') });
      await client.invalidateQueries({ queryKey: currentUser(api).queryKey });
    },
  });
  const at = fieldOf(save.error);
  const field = (name: keyof typeof form.values) => {
    const { onChange, ...props } = form.getInputProps(name);
    return {
      ...props,
      onChange: (event: unknown) => {
        if (save.isError) save.reset();
        onChange(event);
      },
      error: at === name ? save.error?.message : props.error,
    };
  };
  return { form, save, field, trouble: at === undefined ? save.error : null };
}

/** The server's message begins with the name of what is wrong. */
function fieldOf(error: Error | null): 'realname' | 'email' | 'comment' | undefined {
  if (!(error instanceof ApiFailure) || ![400, 409].includes(error.status)) return undefined;
  return (['email', 'realname', 'comment'] as const).find((name) => error.message.includes(name));
}

/** Harbor: robots of the past logged in as `admin`; under another name the account cannot be guessed. */
function RenameAdministrator() {
  const { t } = useTranslation('account');
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const rename = useMutation({
    mutationFn: () => api('POST /api/internal/renameadmin'),
    onSuccess: async () => {
      client.clear();
      client.setQueryData(currentUser(api).queryKey, null);
      notifications.show({ message: t('rename.done'), autoClose: false });
      await navigate({ to: '/account/sign-in', search: {} });
    },
  });
  return (
    <Alert color="gray" title={t('rename.title')} className="account-form">
      <Text size="sm" mb="sm">
        {t('rename.help')}
      </Text>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        {t('rename.action')}
      </Button>
      {open && (
        <ConfirmDialog
          title={t('rename.title')}
          text={t('rename.help')}
          action={t('rename.action')}
          phrase="admin@harbor.local"
          pending={rename.isPending}
          error={rename.error}
          onClose={() => setOpen(false)}
          onConfirm={() => rename.mutate()}
        />
      )}
    </Alert>
  );
}
