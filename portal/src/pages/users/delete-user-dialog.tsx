import { useTranslation } from 'react-i18next';
import type { UserResp } from '../../../../src/features/users/users.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useUserChange } from './use-user-change.ts';

export function DeleteUserDialog({ user, onClose }: { user: UserResp; onClose: () => void }) {
  const { t } = useTranslation('users');
  const api = useApi();
  const { user_id = 0, username: name } = user;
  const remove = useUserChange(
    () => api('DELETE /users/:user_id', { params: { user_id } }),
    t('deleted', { name }),
    onClose,
  );
  return (
    <ConfirmDialog
      title={t('deleteNamed', { name })}
      text={t('deleteText', { name })}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate(undefined)}
    />
  );
}
