import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';

/** Lines to type, with a button that copies them. Browsers offer the clipboard only on HTTPS and localhost. */
export function Commands({ label, lines }: { label: string; lines: readonly string[] }) {
  const { t } = useTranslation();
  const clipboard = useClipboard({ timeout: 2000 });
  const text = lines.join('\n');
  return (
    <div className="commands">
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{text}</code>
      </pre>
      {window.isSecureContext && (
        <Button size="compact-sm" variant="default" onClick={() => clipboard.copy(text)}>
          {clipboard.copied ? t('commands.copied') : t('commands.copy')}
        </Button>
      )}
    </div>
  );
}
