import { Alert, Button, Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnection, useLostAt } from '../api/connection.ts';
import { useCurrentUser, useSystemInfo } from '../api/use-api.ts';
import { BannerView } from './banner-view.tsx';
import { Moment } from './moment.tsx';

/** What holds for the whole registry, above every page. */
export function Banners() {
  const { t } = useTranslation();
  const { read_only, banner_message } = useSystemInfo();
  return (
    <>
      <LostConnection />
      <BannerView setting={banner_message} />
      {read_only && (
        <Alert color="yellow" title={t('shell.readOnly')} mb="md">
          {t('shell.readOnlyHelp')}
        </Alert>
      )}
    </>
  );
}

const firstWait = 2_000;
const longestWait = 30_000;

/** Says since when what is shown may be out of date, and asks again, each time a little later. */
function LostConnection() {
  const { t } = useTranslation();
  const lostAt = useLostAt();
  const user = useCurrentUser();
  const client = useQueryClient();
  const { send } = useConnection();
  const ask = () => send(new Request(new URL('/api/v2.0/ping', window.location.origin)));
  const [wasLost, setWasLost] = useState(false);
  if (lostAt && !wasLost) setWasLost(true);
  const refresh = useEffectEvent(() => {
    if (!wasLost) return;
    setWasLost(false);
    void client.invalidateQueries();
  });
  const again = useEffectEvent(ask);
  useEffect(() => {
    if (!lostAt) {
      refresh();
      return undefined;
    }
    let wait = firstWait;
    let timer = setTimeout(tryAgain, wait);
    function tryAgain() {
      again().catch(() => {
        wait = Math.min(wait * 2, longestWait);
        timer = setTimeout(tryAgain, wait);
      });
    }
    return () => clearTimeout(timer);
  }, [lostAt]);
  useEffect(() => {
    const check = () => void again().catch(() => undefined);
    window.addEventListener('offline', check);
    window.addEventListener('online', check);
    return () => {
      window.removeEventListener('offline', check);
      window.removeEventListener('online', check);
    };
  }, []);
  return (
    <div role="status">
      {lostAt && (
        <Alert color="red" title={t('shell.offline')} mb="md">
          <Group justify="space-between">
            <Text size="sm">
              {t('shell.offlineSince')} <Moment time={lostAt.toISOString()} />.{' '}
              {user ? t('shell.offlineHelp') : ''}
            </Text>
            <Button size="compact-sm" onClick={() => void ask().catch(() => undefined)}>
              {t('trouble.retry')}
            </Button>
          </Group>
        </Alert>
      )}
    </div>
  );
}
