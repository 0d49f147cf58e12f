import { Button, Menu } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCurrentUser } from '../api/use-api.ts';

export function AccountMenu({ signOut }: { signOut: () => void }) {
  const { t } = useTranslation();
  const user = useCurrentUser();
  if (!user) return <SignInButton />;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="xs" variant="default" aria-label={t('account.menu', { name: user.username })}>
          {user.username}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.sysadmin_flag ? t('account.administrator') : t('account.user')}</Menu.Label>
        <Menu.Item component={Link} to="/harbor/account/profile">
          {t('account.profile')}
        </Menu.Item>
        <Menu.Item component={Link} to="/harbor/account/password">
          {t('account.password')}
        </Menu.Item>
        <Menu.Item component={Link} to="/harbor/account/preferences">
          {t('account.preferences')}
        </Menu.Item>
        <Menu.Item component={Link} to="/harbor/account/about">
          {t('account.about')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item component="a" href="/devcenter-api-2.0">
          {t('account.apiBrowser')}
        </Menu.Item>
        <Menu.Item onClick={signOut}>{t('account.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Knows where it is, and so is drawn again with every page. */
function SignInButton() {
  const { t } = useTranslation();
  const place = useLocation({ select: ({ href }) => href });
  return (
    <Button
      size="xs"
      renderRoot={(props) => <Link {...props} to="/account/sign-in" search={{ redirect_url: place }} />}
    >
      {t('signIn.action')}
    </Button>
  );
}
