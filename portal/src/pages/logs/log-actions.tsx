import { Button, Group, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type LogSearch, pinned, queryOf } from './log-search.ts';

interface LogActionsProps {
  readonly search: LogSearch;
  readonly project: string | undefined;
}

/** The view as a link and as a file. */
export function LogActions({ search, project }: LogActionsProps) {
  const { t } = useTranslation('logs');
  const { link, copy } = useLink(search);
  return (
    <Group mb="sm" gap="xs" justify="flex-end">
      {link !== undefined && (
        <TextInput
          aria-label={t('link')}
          value={link}
          readOnly
          autoFocus
          flex={1}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      )}
      <Button variant="default" size="xs" onClick={copy}>
        {t('copyLink')}
      </Button>
      {(['csv', 'json'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          variant="default"
          size="xs"
          download
          href={fileOf(search, project, format)}
          // "The last hour" is that of the click, not of the drawing.
          onClick={({ currentTarget }) => {
            currentTarget.href = fileOf(search, project, format);
          }}
        >
          {t('export', { format: format.toUpperCase() })}
        </Button>
      ))}
    </Group>
  );
}

/** Everything that matches, in the order of the view. It is a file of the server's, not one put together here. */
function fileOf(search: LogSearch, project: string | undefined, format: 'csv' | 'json'): string {
  const place = project === undefined ? '' : `/projects/${encodeURIComponent(project)}`;
  const q = queryOf(search, new Date());
  const query = new URLSearchParams({
    format,
    ...(q === undefined ? {} : { q }),
    ...(search.sort === undefined ? {} : { sort: search.sort }),
  });
  return `/api/v2.0${place}/auditlog-exts/export?${query}`;
}

/** Browsers offer the clipboard only on HTTPS and localhost; elsewhere the link is shown to be taken. */
function useLink(search: LogSearch) {
  const { t } = useTranslation('logs');
  const router = useRouter();
  const [link, setLink] = useState<string>();
  const copy = async () => {
    const { href } = router.buildLocation({ to: '.', search: { ...pinned(search, new Date()) } });
    const whole = new URL(href, window.location.origin).href;
    if (!window.isSecureContext) return setLink(whole);
    try {
      await navigator.clipboard.writeText(whole);
      notifications.show({ message: t('linkCopied') });
    } catch {
      setLink(whole);
    }
  };
  return { link, copy: () => void copy() };
}
