import { Alert, Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEffect } from 'react';
import { ApiFailure } from '../api/failure.ts';
import { useForget } from './recent.ts';

type Kind = 'offline' | 'signedOut' | 'forbidden' | 'notFound' | 'failed';

const kinds: Readonly<Record<number, Kind>> = {
  0: 'offline',
  401: 'signedOut',
  403: 'forbidden',
  404: 'notFound',
};

interface TroubleProps {
  readonly error: Error;
  readonly retry?: (() => void) | undefined;
  /** What can be done, where the page knows better. */
  readonly help?: string;
}

/** What went wrong, in place of what was asked for: the server's own words, and what can be done. */
export function Trouble({ error, retry, help }: TroubleProps) {
  const { t } = useTranslation('sign-in');
  const failure = error instanceof ApiFailure ? error : undefined;
  const kind = (failure && kinds[failure.status]) ?? 'failed';
  const { message } = error;
  const forget = useForget();
  useEffect(() => {
    const gone = kind === 'notFound' ? repositoryOrProject(window.location.pathname) : undefined;
    if (gone !== undefined) forget(gone);
  }, [kind, forget]);
  return (
    <Alert role="alert" color={kind === 'failed' ? 'red' : 'gray'} title={t(`trouble.${kind}.title`)} my="md">
      <Text size="sm">{help ?? t(`trouble.${kind}.help`)}</Text>
      {message !== '' && (
        <Text size="sm" mt="xs" className="server-words">
          {t('trouble.said', { message })}
        </Text>
      )}
      {failure?.requestId !== undefined && kind === 'failed' && (
        <Text size="xs" mt="xs">
          {t('trouble.request', { status: failure.status, id: failure.requestId })}
        </Text>
      )}
      <Group mt="sm">
        {retry && (kind === 'failed' || kind === 'offline') && (
          <Button size="compact-sm" onClick={retry}>
            {t('trouble.retry')}
          </Button>
        )}
        {kind === 'signedOut' && (
          <Button
            size="compact-sm"
            renderRoot={(props) => (
              <Link
                {...props}
                to="/account/sign-in"
                search={{ redirect_url: window.location.pathname + window.location.search }}
              />
            )}
          >
            {t('signIn.action')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

/** Of which a page says that it is not there. An artifact may be missing where its repository is not. */
const repositoryOrProject = (path: string): string | undefined =>
  path.includes('/artifacts/')
    ? undefined
    : /^\/harbor\/projects\/\d+\/(?:repositories\/[^/]+\/)?/.exec(path)?.[0];

/** For forms: what the server said, above the buttons. */
export function FormTrouble({ error }: { error: Error | null }) {
  const { t } = useTranslation('sign-in');
  if (error === null) return null;
  return (
    <Alert role="alert" color="red" title={t('trouble.refused')}>
      <span className="server-words">{error.message || t('trouble.offline.help')}</span>
    </Alert>
  );
}
