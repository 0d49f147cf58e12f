import { Alert } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isShown, readBanner } from './banner.ts';

const colours = { success: 'green', info: 'sea', warning: 'yellow', danger: 'red' } as const;

/** What administrators tell everybody. Put away, it stays away until it changes. */
export function BannerView({ setting }: { setting: string | undefined }) {
  const { t } = useTranslation();
  const [closed, setClosed] = useState(() => sessionStorage.getItem(place));
  if (setting === undefined || setting === closed) return null;
  const banner = readBanner(setting);
  if (!isShown(banner, new Date())) return null;
  const close = () => {
    sessionStorage.setItem(place, setting);
    setClosed(setting);
  };
  return (
    <Alert
      role="status"
      color={colours[banner.type]}
      mb="md"
      {...(banner.closable
        ? { withCloseButton: true, onClose: close, closeButtonLabel: t('dialog.close') }
        : {})}
    >
      <span className="server-words">{banner.message}</span>
    </Alert>
  );
}

const place = 'moorage-banner-closed';
