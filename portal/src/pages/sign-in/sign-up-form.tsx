import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { useFocusAfter } from '../../components/focus-after.ts';
import { FormTrouble } from '../../components/trouble.tsx';
import { refusedFields } from '../../components/user-refusal.ts';
import { PasswordField } from '../../components/password-field.tsx';

export function SignUpForm() {
  const { t } = useTranslation('sign-in');
  const api = useApi();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { username: '', email: '', realname: '', password: '', again: '' },
    validate: { again: (again, { password }) => (again === password ? null : t('signUp.differ')) },
  });
  const signUp = useMutation({
    mutationFn: ({ again: _, ...body }: typeof form.values) => api('POST /users', { body }),
    onSuccess: async () => {
      notifications.show({ message: t('signUp.done') });
      await navigate({ to: '/account/sign-in', search: {} });
    },
  });
  const element = useFocusAfter(signUp.isPending);
  const refused = refusedFields(signUp.error);
  const field = (name: keyof typeof form.values) => {
    const { onChange, ...props } = form.getInputProps(name);
    return {
      required: true,
      ...props,
      error: (name === 'again' ? undefined : refused[name]) ?? props.error,
      onChange: (event: unknown) => {
        if (signUp.isError) signUp.reset();
        onChange(event);
      },
    };
  };
  const eye = { visibilityToggleButtonProps: { 'aria-label': t('signIn.show') } };
  return (
    <form ref={element} onSubmit={form.onSubmit((values) => signUp.mutate(values))}>
      <Stack>
        <TextInput label={t('signIn.username')} autoComplete="username" autoFocus {...field('username')} />
        <TextInput label={t('signUp.email')} type="email" autoComplete="email" {...field('email')} />
        <TextInput label={t('signUp.realname')} autoComplete="name" {...field('realname')} />
        <PasswordField
          label={t('signIn.password')}
          description={t('signUp.passwordRule')}
          autoComplete="new-password"
          {...eye}
          {...field('password')}
        />
        <PasswordField label={t('signUp.again')} autoComplete="new-password" {...eye} {...field('again')} />
        <FormTrouble error={Object.keys(refused).length > 0 ? null : signUp.error} />
        <Button type="submit" loading={signUp.isPending}>
          {t('signUp.action')}
        </Button>
      </Stack>
    </form>
  );
}
