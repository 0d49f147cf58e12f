import { Text } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../../components/page-heading.tsx';

/** What runs in the background, and what waits. */
export function JobServicePage() {
  const { t } = useTranslation('job-service');
  const tab = { search: {}, className: 'tab', activeOptions: { includeSearch: false } };
  return (
    <>
      <PageHeading title={t('title')} />
      <Text mb="sm">{t('about')}</Text>
      <nav aria-label={t('tabs')} className="tabs">
        <Link to="/harbor/job-service-dashboard/pending-jobs" {...tab}>
          {t('queues.title')}
        </Link>
        <Link to="/harbor/job-service-dashboard/schedules" {...tab}>
          {t('schedules.title')}
        </Link>
        <Link to="/harbor/job-service-dashboard/workers" {...tab}>
          {t('workers.title')}
        </Link>
      </nav>
      <Outlet />
    </>
  );
}
