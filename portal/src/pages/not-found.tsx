import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../components/page-heading.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="plain-page">
      <PageHeading title={t('notFound.title')} />
      <Text mb="md">{t('notFound.help', { path: window.location.pathname })}</Text>
      <Anchor renderRoot={(props) => <Link {...props} to="/harbor/projects" search={{}} />}>
        {t('notFound.home')}
      </Anchor>
    </main>
  );
}
