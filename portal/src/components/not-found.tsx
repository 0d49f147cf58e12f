import { Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeading } from './page-heading.tsx';
import { useOpenPalette } from './palette-context.ts';

/** Says what was looked for, and offers to look for it elsewhere. */
export function NotFound() {
  const { t } = useTranslation();
  const openPalette = useOpenPalette();
  const { pathname } = window.location;
  const text = wordsOf(pathname);
  return (
    <>
      <PageHeading title={t('notFound.title')} />
      <Text mb="md" className="server-words">
        {t('notFound.help', { path: pathname })}
      </Text>
      <Group>
        {text !== '' && (
          <Button variant="default" onClick={() => openPalette(text)}>
            {t('notFound.search', { text })}
          </Button>
        )}
        <Anchor renderRoot={(props) => <Link {...props} to="/harbor/home" />}>{t('notFound.home')}</Anchor>
      </Group>
    </>
  );
}

/** The last element of a path that could be a name. */
function wordsOf(path: string): string {
  const names = path.split('/').filter((part) => part !== '' && part !== 'harbor' && !part.endsWith('-tab'));
  try {
    return decodeURIComponent(names.at(-1) ?? '').slice(0, 60);
  } catch {
    return '';
  }
}
