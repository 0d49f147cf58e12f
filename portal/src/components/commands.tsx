import { Button, VisuallyHidden } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { type RefObject, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Lines to type, with a button that copies them. */
export function Commands({ label, lines }: { label: string; lines: readonly string[] }) {
  const shown = useRef<HTMLPreElement>(null);
  const text = lines.join('\n');
  return (
    <div className="commands">
      <pre tabIndex={0} role="region" aria-label={label} ref={shown}>
        <code>{text}</code>
      </pre>
      <CopyButton label={label} text={text} shown={shown} />
    </div>
  );
}

/** A digest or the like in a line, with a button that copies it. */
export function CopyText({ label, text }: { label: string; text: string }) {
  const shown = useRef<HTMLElement>(null);
  return (
    <span className="copy-text">
      <code ref={shown}>{text}</code>
      <CopyButton label={label} text={text} shown={shown} />
    </span>
  );
}

interface CopyButtonProps {
  readonly label: string;
  readonly text: string;
  readonly shown: RefObject<HTMLElement | null>;
}

/** Browsers offer the clipboard only on HTTPS and localhost. Elsewhere the text is selected, ready for Ctrl+C. */
function CopyButton({ label, text, shown }: CopyButtonProps) {
  const { t } = useTranslation();
  const [done, setDone] = useState<'copied' | 'selected'>();
  const { start } = useTimeout(() => setDone(undefined), 3000);
  const copy = async () => {
    const copied = window.isSecureContext && (await written(text));
    if (!copied && shown.current) window.getSelection()?.selectAllChildren(shown.current);
    setDone(copied ? 'copied' : 'selected');
    start();
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        className="copy"
        aria-label={
          done === undefined ? t('commands.copyNamed', { label }) : `${t(`commands.${done}`)}: ${label}`
        }
        onClick={() => void copy()}
      >
        {done === undefined ? t('commands.copy') : t(`commands.${done}`)}
      </Button>
      <VisuallyHidden role="status">{done && t(`commands.${done}`)}</VisuallyHidden>
    </>
  );
}

async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Refused by the person or the browser's rules: they can still copy by hand.
    return false;
  }
}
