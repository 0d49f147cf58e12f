import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { UserResp } from '../../../../src/features/users/users.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { refusedFields } from '../../components/user-refusal.ts';
import { useUserChange } from './use-user-change.ts';

export function EditUserDialog({ user, onClose }: { user: UserResp; onClose: () => void }) {
  const { t } = useTranslation('users');
  const api = useApi();
  const { user_id = 0, username: name, email = '', realname = '', comment = '' } = user;
  const form = useForm({ initialValues: { email, realname, comment } });
  const update = useUserChange(
    (body: typeof form.values) => api('PUT /users/:user_id', { params: { user_id }, body }),
    t('changed', { name }),
    onClose,
  );
  const refused = refusedFields(update.error);
  const field = (key: keyof typeof form.values) => {
    const { onChange, ...props } = form.getInputProps(key);
    return {
      ...props,
      error: refused[key],
      onChange: (event: unknown) => {
        update.reset();
        onChange(event);
      },
    };
  };
  return (
    <FormDialog
      title={t('editNamed', { name })}
      action={t('save')}
      pending={update.isPending}
      error={Object.keys(refused).length > 0 ? null : update.error}
      onClose={onClose}
      onSubmit={() => update.mutate(form.values)}
    >
      <TextInput
        label={t('signUp.email')}
        type="email"
        required
        data-autofocus
        autoComplete="off"
        {...field('email')}
      />
      <TextInput label={t('signUp.realname')} required autoComplete="off" {...field('realname')} />
      <TextInput label={t('comment')} autoComplete="off" {...field('comment')} />
    </FormDialog>
  );
}
