import { MantineThemeProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';

/** What was done, said in passing. The button that puts it away has a name, which Mantine does not give it. */
export function Messages() {
  const { t } = useTranslation();
  const closeButtonProps = { 'aria-label': t('dialog.close') };
  return (
    <MantineThemeProvider
      inherit
      theme={{ components: { Notification: { defaultProps: { closeButtonProps } } } }}
    >
      <Notifications position="bottom-right" />
    </MantineThemeProvider>
  );
}
