import { Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isUnauthorized } from '../api/failure.ts';
import { useLogin } from '../api/login.ts';
import { useSessionNews } from '../api/session.ts';
import { currentUser, useApi, useCurrentUser } from '../api/use-api.ts';
import { FormDialog } from './dialog.tsx';
import { PasswordField } from './password-field.tsx';

/** Signs in again over the page: what was being written below is still there afterwards. */
export function SessionDialog({ onEnd }: { onEnd: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const session = useSessionNews();
  const username = useCurrentUser()?.username ?? '';
  const [password, setPassword] = useState('');
  const login = useLogin();
  const signIn = useMutation({
    mutationFn: () => login({ principal: username, password }),
    onSuccess: async () => {
      session.tell('signed in');
      onEnd();
      await client.invalidateQueries();
    },
  });
  const leave = () => {
    client.setQueryData(currentUser(api).queryKey, null);
    onEnd();
  };
  const wrong = isUnauthorized(signIn.error);
  return (
    <FormDialog
      title={t('session.title')}
      action={t('signIn.action')}
      pending={signIn.isPending}
      error={wrong ? null : signIn.error}
      onClose={leave}
      onSubmit={() => signIn.mutate()}
    >
      <Text size="sm">{t('session.help')}</Text>
      <TextInput label={t('signIn.username')} value={username} readOnly autoComplete="username" />
      <PasswordField
        label={t('signIn.password')}
        value={password}
        autoComplete="current-password"
        data-autofocus
        error={wrong ? t('signIn.wrong') : undefined}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
      />
    </FormDialog>
  );
}
