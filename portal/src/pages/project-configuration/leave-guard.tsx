import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../components/dialog.tsx';

/** Whoever goes away with changes that are not saved is asked first. */
export function LeaveGuard({ active }: { active: boolean }) {
  const { t } = useTranslation('project-configuration');
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => active && current.pathname !== next.pathname,
    enableBeforeUnload: active,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <ConfirmDialog
      title={t('leave.title')}
      text={t('leave.text')}
      action={t('leave.action')}
      pending={false}
      error={null}
      onClose={blocker.reset}
      onConfirm={blocker.proceed}
    />
  );
}
