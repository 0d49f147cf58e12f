import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { UserResp } from '../../../../src/features/users/users.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { NewPassword } from './new-password.tsx';
import { refusedFields } from '../../components/user-refusal.ts';
import { useUserChange } from './use-user-change.ts';

export function PasswordDialog({ user, onClose }: { user: UserResp; onClose: () => void }) {
  const { t } = useTranslation('users');
  const api = useApi();
  const { user_id = 0, username: name } = user;
  const form = useForm({
    initialValues: { password: '', again: '' },
    validate: { again: (again, { password }) => (again === password ? null : t('signUp.differ')) },
  });
  const update = useUserChange(
    ({ password }: typeof form.values) =>
      api('PUT /users/:user_id/password', { params: { user_id }, body: { new_password: password } }),
    t('passwordChanged', { name }),
    onClose,
  );
  const refused = refusedFields(update.error);
  const { onChange, ...password } = form.getInputProps('password');
  return (
    <FormDialog
      title={t('passwordNamed', { name })}
      action={t('setPassword')}
      pending={update.isPending}
      error={refused.password === undefined ? update.error : null}
      onClose={onClose}
      onSubmit={() => form.onSubmit((values) => update.mutate(values))()}
    >
      <Text size="sm">{t('passwordText', { name })}</Text>
      <NewPassword
        first
        password={{
          ...password,
          error: refused.password ?? password.error,
          onChange: (event) => {
            update.reset();
            onChange(event);
          },
        }}
        again={form.getInputProps('again')}
      />
    </FormDialog>
  );
}
