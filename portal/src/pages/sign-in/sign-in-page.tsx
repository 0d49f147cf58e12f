import { Anchor, Button, Paper, Stack, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isUnauthorized } from '../../api/failure.ts';
import { useLogin } from '../../api/login.ts';
import { useSessionNews } from '../../api/session.ts';
import { useSystemInfo } from '../../api/use-api.ts';
import { useTitle } from '../../components/page-heading.tsx';
import { LanguageSelect, SchemeSelect, useChooseAtSignIn } from '../../components/preferences.tsx';
import { useFocusAfter } from '../../components/focus-after.ts';
import { FormTrouble } from '../../components/trouble.tsx';
import { PasswordField } from '../../components/password-field.tsx';

// Most registries have no sign-up, and nobody should wait for it.
const SignUpForm = lazy(async () => {
  const { SignUpForm: component } = await import('./sign-up-form.tsx');
  return { default: component };
});

const route = getRouteApi('/account/sign-in');

export function SignInPage() {
  const { t } = useTranslation('sign-in');
  const { sign_up, redirect_url } = route.useSearch();
  const { self_registration } = useSystemInfo();
  const signingUp = sign_up === true && self_registration === true;
  const title = signingUp ? t('signUp.title') : t('signIn.title');
  const choose = useChooseAtSignIn();
  useTitle(title);
  return (
    <main className="sign-in">
      <Paper withBorder p="xl" className="sign-in-card">
        <div className="brand large">
          <img src="/favicon.svg" alt="" width="40" height="40" />
          Moorage
        </div>
        <Title order={1} size="h3" mb="md">
          {title}
        </Title>
        <Suspense>{signingUp ? <SignUpForm /> : <SignInForm />}</Suspense>
        <Stack gap="xs" mt="md">
          {self_registration && (
            <Anchor
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/account/sign-in"
                  search={{
                    ...(redirect_url === undefined ? {} : { redirect_url }),
                    ...(signingUp ? {} : { sign_up: true }),
                  }}
                />
              )}
            >
              {signingUp ? t('signUp.instead') : t('signIn.signUp')}
            </Anchor>
          )}
          <Anchor renderRoot={(props) => <Link {...props} to="/harbor/projects" search={{}} />}>
            {t('signIn.lookAround')}
          </Anchor>
        </Stack>
      </Paper>
      <div className="shell-tools">
        <LanguageSelect onChoose={({ id }) => choose({ language: id })} />
        <SchemeSelect onChoose={(color_scheme) => choose({ color_scheme })} />
      </div>
    </main>
  );
}

function SignInForm() {
  const { t } = useTranslation('sign-in');
  const client = useQueryClient();
  const { history } = useRouter();
  const session = useSessionNews();
  const { redirect_url = '/harbor/home' } = route.useSearch();
  const [principal, setPrincipal] = useState('');
  const [password, setPassword] = useState('');
  const login = useLogin();
  const signIn = useMutation({
    mutationFn: () => login({ principal, password }),
    onSuccess: async () => {
      session.tell('signed in');
      await client.resetQueries();
      history.push(redirect_url);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!signIn.isPending) signIn.mutate();
  };
  const wrong = isUnauthorized(signIn.error);
  const form = useFocusAfter(signIn.isPending);
  return (
    <form ref={form} onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('signIn.username')}
          value={principal}
          onChange={(event) => setPrincipal(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          autoFocus
          required
        />
        <PasswordField
          label={t('signIn.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
          error={wrong ? t('signIn.wrong') : undefined}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
        />
        <FormTrouble error={wrong ? null : signIn.error} />
        <Button type="submit" loading={signIn.isPending}>
          {t('signIn.action')}
        </Button>
      </Stack>
    </form>
  );
}
