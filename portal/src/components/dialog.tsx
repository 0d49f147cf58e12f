import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusAfter } from './focus-after.ts';
import { RefusingRule } from './immutable-rule.tsx';
import { FormTrouble } from './trouble.tsx';

interface DialogFormProps {
  readonly action: string;
  readonly dangerous?: boolean;
  readonly disabled?: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onClose: () => void;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

interface DialogProps {
  readonly title: string;
  readonly size?: 'md' | 'lg' | 'xl';
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Something to read over the page. The focus goes in, and back to where it was. */
export function Dialog({ title, size = 'md', onClose, children }: DialogProps) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <Modal.Root opened onClose={onClose} returnFocus={false} size={size}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          {/* Modal.Header is a <header>, which would be a second banner of the page. */}
          <Group justify="space-between" mb="md" wrap="nowrap">
            <Modal.Title fw={600} className="dialog-title">
              {title}
            </Modal.Title>
            <Modal.CloseButton aria-label={t('dialog.close')} />
          </Group>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A form over the page. */
export function FormDialog({ title, size = 'md', ...form }: FormDialogProps) {
  return (
    <Dialog title={title} size={size} onClose={form.onClose}>
      <DialogForm {...form} />
    </Dialog>
  );
}

type FormDialogProps = DialogFormProps & Pick<DialogProps, 'title' | 'size'>;

/** The form itself, for a dialog that goes on after it. It stays, filled in, until the server has accepted it. */
export function DialogForm({ children, error, onClose, onSubmit, ...props }: DialogFormProps) {
  const { t } = useTranslation();
  const form = useFocusAfter(props.pending);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!props.pending) onSubmit();
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack>
        {children}
        <FormTrouble error={error} />
        {error && <RefusingRule error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button
            type="submit"
            loading={props.pending}
            disabled={props.disabled ?? false}
            {...(props.dangerous ? { color: 'red.9' } : {})}
          >
            {props.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Who opened the dialog has the focus again when it closes. Mantine's own way needs a dialog that stays mounted. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        // A page that was opened meanwhile has it.
        const free = document.activeElement === null || document.activeElement === document.body;
        if (free && before instanceof HTMLElement) before.focus({ preventScroll: true });
      });
    },
    [before],
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  /** Has to be typed first: for what takes a lot with it. */
  readonly phrase?: string;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

export function ConfirmDialog({ text, phrase, onConfirm, ...props }: ConfirmProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  return (
    <FormDialog {...props} dangerous disabled={phrase !== undefined && typed !== phrase} onSubmit={onConfirm}>
      <span className="server-words">{text}</span>
      {phrase !== undefined && (
        <TextInput
          label={t('dialog.typeToConfirm', { phrase })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
    </FormDialog>
  );
}
