import { type RefObject, useEffect, useRef } from 'react';

/**
 * For a form that stays when it was refused: the keys go on at the first field that is marked, or where they were. A
 * button that waits is disabled, and the browser takes the focus away from it.
 */
export function useFocusAfter(pending: boolean): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef(false);
  useEffect(() => {
    const answered = sent.current && !pending;
    sent.current = pending;
    if (!answered) return;
    const marked = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const lost = document.activeElement === null || document.activeElement === document.body;
    const next = marked ?? (lost ? form.current?.querySelector<HTMLElement>('[type="submit"]') : undefined);
    next?.focus();
  }, [pending]);
  return form;
}
