import './account.css';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../../components/page-heading.tsx';

/** Harbor has it at this path. */
export function LicencePage() {
  const { t } = useTranslation('account');
  return (
    <>
      <PageHeading title={t('about.licence')} />
      <Text mb="md">{t('licence.help')}</Text>
      <pre className="licence" lang="en">
        {MOORAGE_LICENCE}
      </pre>
    </>
  );
}
