import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { NewPassword } from './new-password.tsx';
import { refusedFields } from '../../components/user-refusal.ts';
import { useUserChange } from './use-user-change.ts';

export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('users');
  const api = useApi();
  const form = useForm({
    initialValues: { username: '', email: '', realname: '', comment: '', password: '', again: '' },
    validate: {
      username: (name) => (name.trim() === '' ? t('nameMissing') : null),
      again: (again, { password }) => (again === password ? null : t('signUp.differ')),
    },
  });
  const create = useUserChange(
    ({ again: _, ...body }: typeof form.values) => api('POST /users', { body }),
    t('created', { name: form.values.username }),
    onClose,
  );
  const refused = refusedFields(create.error);
  const field = (name: keyof typeof form.values) => {
    const { onChange, ...props } = form.getInputProps(name);
    return {
      ...props,
      error: (name === 'again' ? undefined : refused[name]) ?? props.error,
      onChange: (event: unknown) => {
        create.reset();
        onChange(event);
      },
    };
  };
  return (
    <FormDialog
      title={t('new')}
      action={t('createProject.action')}
      pending={create.isPending}
      error={Object.keys(refused).length > 0 ? null : create.error}
      onClose={onClose}
      onSubmit={() => form.onSubmit((values) => create.mutate(values))()}
    >
      <TextInput
        label={t('signIn.username')}
        required
        data-autofocus
        autoComplete="off"
        {...field('username')}
      />
      <TextInput label={t('signUp.email')} type="email" required autoComplete="off" {...field('email')} />
      <TextInput label={t('signUp.realname')} required autoComplete="off" {...field('realname')} />
      <TextInput label={t('comment')} autoComplete="off" {...field('comment')} />
      <NewPassword password={field('password')} again={field('again')} />
    </FormDialog>
  );
}
