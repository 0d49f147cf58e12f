import { Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { currentUser, useApi, useCurrentUser } from '../api/use-api.ts';

export function AccountMenu() {
  const { t } = useTranslation();
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  const user = useCurrentUser();
  const place = useLocation({ select: ({ href }) => href });
  const signOut = useMutation({
    mutationFn: () => api('GET /c/log_out'),
    onSuccess: async () => {
      client.clear();
      client.setQueryData(currentUser(api).queryKey, null);
      await navigate({ to: '/account/sign-in', search: {} });
    },
  });
  if (!user) {
    return (
      <Button
        size="xs"
        renderRoot={(props) => <Link {...props} to="/account/sign-in" search={{ redirect_url: place }} />}
      >
        {t('signIn.action')}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="xs" variant="default" aria-label={t('account.menu', { name: user.username })}>
          {user.username}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.sysadmin_flag ? t('account.administrator') : t('account.user')}</Menu.Label>
        <Menu.Item component="a" href="/devcenter-api-2.0">
          {t('account.apiBrowser')}
        </Menu.Item>
        <Menu.Item onClick={() => signOut.mutate()}>{t('account.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
