import { useTranslation } from 'react-i18next';
import type { UserResp } from '../../../../src/features/users/users.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useUserChange } from './use-user-change.ts';

/** Whoever is not a system administrator becomes one, and who is one ceases to be. */
export function AdministratorDialog({ user, onClose }: { user: UserResp; onClose: () => void }) {
  const { t } = useTranslation('users');
  const api = useApi();
  const { user_id = 0, username: name, sysadmin_flag } = user;
  const act = sysadmin_flag ? 'demote' : 'promote';
  const update = useUserChange(
    () =>
      api('PUT /users/:user_id/sysadmin', { params: { user_id }, body: { sysadmin_flag: !sysadmin_flag } }),
    t(`admin.${act}.done`, { name }),
    onClose,
  );
  return (
    <ConfirmDialog
      title={t(`admin.${act}.named`, { name })}
      text={t(`admin.${act}.text`, { name })}
      action={t(`admin.${act}.action`)}
      pending={update.isPending}
      error={update.error}
      onClose={onClose}
      onConfirm={() => update.mutate(undefined)}
    />
  );
}
