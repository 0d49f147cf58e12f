import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { authSections } from './settings.ts';
import { SettingsPage } from './settings-form.tsx';

export function AuthTab() {
  const { t } = useTranslation('configuration');
  return (
    <SettingsPage sections={authSections}>
      {({ auth_mode: { value } }) => (
        <div className="setting">
          <Text fw={500}>{t('auth.mode', { mode: value === 'db_auth' ? t('auth.database') : value })}</Text>
          <Text size="sm" c="dimmed">
            {t('auth.later')}
          </Text>
        </div>
      )}
    </SettingsPage>
  );
}
