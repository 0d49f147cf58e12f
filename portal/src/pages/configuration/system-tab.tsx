import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { systemSections } from './settings.ts';
import { SettingsPage } from './settings-form.tsx';

export function SystemTab() {
  const { t } = useTranslation('configuration');
  return (
    <>
      <SettingsPage sections={systemSections} />
      <Text size="sm" c="dimmed" mt="md">
        {t('atStart')}
      </Text>
    </>
  );
}
