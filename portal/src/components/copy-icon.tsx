import { Button, VisuallyHidden } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Copies what is shown shortened beside it; rows have one each. The label says so. */
export function CopyIcon({ label, text }: { label: string; text: string }) {
  const { done, copy } = useCopy(text);
  return (
    <>
      <button type="button" className="row-button icon bare" aria-label={label} title={label} onClick={copy}>
        {done ? <Tick /> : <Sheets />}
      </button>
      {done !== undefined && <Copied done={done} />}
    </>
  );
}

/** Copies what is shown nowhere in one piece. */
export function CopyAction({ label, text }: { label: string; text: string }) {
  const { done, copy } = useCopy(text);
  return (
    <>
      <Button size="compact-sm" variant="default" leftSection={done ? <Tick /> : <Sheets />} onClick={copy}>
        {label}
      </Button>
      {done !== undefined && <Copied done={done} />}
    </>
  );
}

function Copied({ done }: { done: boolean }) {
  const { t } = useTranslation();
  return <VisuallyHidden role="status">{done && t('commands.copied')}</VisuallyHidden>;
}

/** `done` is undefined until it is used: a table has one for each row. */
function useCopy(text: string) {
  const [done, setDone] = useState<boolean>();
  const { start } = useTimeout(() => setDone(false), 2000);
  const copy = async () => {
    // What is announced must be there, and empty, before.
    setDone(false);
    setDone(await written(text));
    start();
  };
  return { done, copy: () => void copy() };
}

/** Browsers offer the clipboard only on HTTPS and localhost; in labs on plain HTTP the older way still works. */
async function written(text: string): Promise<boolean> {
  try {
    if (window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused by the person or the browser's rules: the other way may be allowed.
  }
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'off-screen';
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}

const icon = {
  width: 14,
  height: 14,
  viewBox: '0 0 16 16',
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
};

function Sheets() {
  return (
    <svg {...icon} aria-hidden="true">
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5v-1.5a1.5 1.5 0 0 0-1.5-1.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </svg>
  );
}

function Tick() {
  return (
    <svg {...icon} aria-hidden="true">
      <path d="m3 8.5 3.2 3.2L13 5" />
    </svg>
  );
}
