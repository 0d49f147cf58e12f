import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../../components/page-heading.tsx';
import './configuration.css';

export function ConfigurationPage() {
  const { t } = useTranslation('configuration');
  return (
    <>
      <PageHeading title={t('title')} />
      <nav aria-label={t('tabs')} className="tabs">
        <Link to="/harbor/configs/auth" className="tab">
          {t('auth.title')}
        </Link>
        <Link to="/harbor/configs/security" className="tab">
          {t('security.title')}
        </Link>
        <Link to="/harbor/configs/setting" className="tab">
          {t('setting.title')}
        </Link>
      </nav>
      <Outlet />
    </>
  );
}
