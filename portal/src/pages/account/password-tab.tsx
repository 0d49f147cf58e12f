import { Button, Group, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi, useCurrentUser, useSystemInfo } from '../../api/use-api.ts';
import { useFocusAfter } from '../../components/focus-after.ts';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';
import { PasswordField } from '../../components/password-field.tsx';

/** Those of the server (src/auth/passwords.ts), told while one types. */
const rules = [
  ['length', (text: string) => [...text].length >= 8 && [...text].length <= 128],
  ['lower', (text: string) => /[a-z]/.test(text)],
  ['upper', (text: string) => /[A-Z]/.test(text)],
  ['digit', (text: string) => /\d/.test(text)],
] as const;

const emptyForm = { before: '', password: '', again: '' };

export function PasswordTab() {
  const { t } = useTranslation('account');
  const user = useCurrentUser();
  const { auth_mode } = useSystemInfo();
  if (!user) return <Trouble error={new ApiFailure(401, '')} />;
  if (auth_mode !== 'db_auth' && user.user_id !== 1) return <Text mt="md">{t('password.foreign')}</Text>;
  return <PasswordForm userId={user.user_id ?? 0} username={user.username ?? ''} />;
}

function PasswordForm({ userId, username }: { userId: number; username: string }) {
  const { t } = useTranslation('account');
  const form = useForm({
    initialValues: emptyForm,
    validate: {
      password: (text) => (rules.every(([, holds]) => holds(text)) ? null : t('password.rulesBroken')),
      again: (again, { password }) => (again === password ? null : t('password.differ')),
    },
  });
  const change = useChangePassword({ userId, username, onDone: () => form.reset() });
  const wrong = change.error instanceof ApiFailure && change.error.status === 403;
  const same = change.error instanceof ApiFailure && change.error.status === 400;
  const eye = { visibilityToggleButtonProps: { 'aria-label': t('password.show') } };
  const element = useFocusAfter(change.isPending);
  return (
    <form
      ref={element}
      onSubmit={form.onSubmit((values) => change.mutate(values))}
      noValidate
      className="account-form"
    >
      <Stack>
        {/* For password managers. */}
        <input type="text" name="username" value={username} autoComplete="username" readOnly hidden />
        <PasswordField
          label={t('password.before')}
          autoComplete="current-password"
          required
          {...eye}
          {...form.getInputProps('before')}
          {...(wrong ? { error: change.error?.message } : {})}
        />
        <PasswordField
          label={t('password.new')}
          autoComplete="new-password"
          required
          aria-describedby="password-rules"
          {...eye}
          {...form.getInputProps('password')}
          {...(same ? { error: change.error?.message } : {})}
        />
        <Rules password={form.values.password} />
        <PasswordField
          label={t('password.again')}
          autoComplete="new-password"
          required
          {...eye}
          {...form.getInputProps('again')}
        />
        <Text size="sm">{t('password.ends')}</Text>
        <FormTrouble error={wrong || same ? null : change.error} />
        <Group>
          <Button type="submit" loading={change.isPending}>
            {t('password.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Rules({ password }: { password: string }) {
  const { t } = useTranslation('account');
  return (
    <ul id="password-rules" className="plain-list rules">
      {rules.map(([name, holds]) => (
        <li key={name}>
          {holds(password) ? t('password.held') : t('password.open')} {t(`password.rule.${name}`)}
        </li>
      ))}
    </ul>
  );
}

interface Changed {
  readonly userId: number;
  readonly username: string;
  readonly onDone: () => void;
}

function useChangePassword({ userId, username, onDone }: Changed) {
  const { t } = useTranslation('account');
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ before, password }: typeof emptyForm) => {
      await api('PUT /users/:user_id/password', {
        params: { user_id: userId },
        body: { old_password: before, new_password: password },
      });
      // All sessions have ended, this one too; whoever has just typed the password need not do it again.
      await api('POST /c/login', { body: { principal: username, password } });
    },
    onSuccess: async () => {
      onDone();
      notifications.show({ message: t('password.done') });
      await client.invalidateQueries();
    },
  });
}
