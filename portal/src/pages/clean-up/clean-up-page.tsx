import { Anchor, Text } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../../components/page-heading.tsx';
import './clean-up.css';

export function CleanUpPage() {
  const { t } = useTranslation('clean-up');
  const tab = { search: {}, className: 'tab', activeOptions: { includeSearch: false } };
  return (
    <>
      <PageHeading title={t('title')} />
      <Text mb="sm">
        {t('about')}{' '}
        <Anchor
          inherit
          td="underline"
          renderRoot={(props) => <Link {...props} to="/harbor/usage" search={{}} />}
        >
          {t('usage')}
        </Anchor>
      </Text>
      <nav aria-label={t('tabs')} className="tabs">
        <Link to="/harbor/clearing-job/gc" {...tab}>
          {t('gc.title')}
        </Link>
        <Link to="/harbor/clearing-job/audit-log-purge" {...tab}>
          {t('purge.title')}
        </Link>
        <Link to="/harbor/clearing-job/ledger" {...tab}>
          {t('ledger.title')}
        </Link>
      </nav>
      <Outlet />
    </>
  );
}
