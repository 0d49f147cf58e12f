import './account.css';
import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCurrentUser } from '../../api/use-api.ts';
import { PageHeading } from '../../components/page-heading.tsx';

/** What is one's own. Who is not signed in has preferences too, in this browser. */
export function AccountPage() {
  const { t } = useTranslation('account');
  const user = useCurrentUser();
  return (
    <>
      <PageHeading title={user ? t('titleOf', { name: user.username }) : t('title')} />
      <nav aria-label={t('tabs')} className="tabs">
        {user && (
          <>
            <Link to="/harbor/account/profile" className="tab">
              {t('profile.title')}
            </Link>
            <Link to="/harbor/account/password" className="tab">
              {t('password.title')}
            </Link>
          </>
        )}
        <Link to="/harbor/account/preferences" className="tab">
          {t('preferences.title')}
        </Link>
        <Link to="/harbor/account/about" className="tab">
          {t('about.title')}
        </Link>
      </nav>
      <Outlet />
    </>
  );
}
