import { Button, VisuallyHidden } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Copies what is shown shortened beside it; rows have one each. The label says so. */
export function CopyIcon({ label, text }: { label: string; text: string }) {
  const { done, copy } = useCopy(text);
  return (
    <>
      <button
        type="button"
        className={done ? 'row-button icon bare' : 'row-button icon bare sheets'}
        aria-label={label}
        title={label}
        onClick={copy}
      >
        {done && <Tick />}
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
      <Button
        size="compact-sm"
        variant="default"
        leftSection={done ? <Tick /> : <span className="sheets" />}
        onClick={copy}
      >
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

function Tick() {
  return (
    <svg
      width="14"
      height="14"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <path d="m3 8.5 3.2 3.2L13 5" />
    </svg>
  );
}
