import { Alert } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSystemInfo } from '../api/use-api.ts';
import { AccountMenu } from './account-menu.tsx';
import { BannerView } from './banner-view.tsx';
import { HeaderSearch } from './header-search.tsx';
import { Navigation } from './navigation.tsx';
import { ReadOnlyContext } from './read-only.ts';
import { LanguageSelect, SchemeSelect } from './preferences.tsx';
import './shell-styles.ts';

/** What surrounds every page but the sign-in page. */
export function Shell() {
  const { t } = useTranslation();
  const { read_only, banner_message } = useSystemInfo();
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t('shell.skip')}
      </a>
      <header className="shell-header">
        <Link to="/harbor/projects" search={{}} className="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          Moorage
        </Link>
        <HeaderSearch />
        <div className="shell-tools">
          <LanguageSelect />
          <SchemeSelect />
          <AccountMenu />
        </div>
      </header>
      <div className="shell-body">
        <Navigation />
        <main id="content">
          <BannerView setting={banner_message} />
          {read_only && (
            <Alert color="yellow" title={t('shell.readOnly')} mb="md">
              {t('shell.readOnlyHelp')}
            </Alert>
          )}
          <ReadOnlyContext value={read_only ? t('shell.readOnlyHelp') : undefined}>
            <Outlet />
          </ReadOnlyContext>
        </main>
      </div>
      <Notifications position="bottom-right" />
      <footer className="shell-footer">
        Moorage {MOORAGE_VERSION} · <a href="/devcenter-api-2.0">{t('account.apiBrowser')}</a>
      </footer>
    </div>
  );
}
