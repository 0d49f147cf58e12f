import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { bytesOf, sizeInputOf } from '../../components/size.ts';
import { SizeField } from '../../components/size-field.tsx';

interface LimitDialogProps {
  readonly title: string;
  /** In bytes; -1 is none. */
  readonly limit: number;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onClose: () => void;
  readonly onSave: (limit: number) => void;
  readonly children: ReactNode;
}

export function LimitDialog({ limit, onSave, error, children, ...props }: LimitDialogProps) {
  const { t } = useTranslation('quotas');
  const [value, setValue] = useState(() => sizeInputOf(limit));
  const [wrong, setWrong] = useState<string>();
  const refusal =
    value.limited && error instanceof ApiFailure && [400, 422].includes(error.status)
      ? error.message
      : undefined;
  const save = () => {
    const bytes = bytesOf(value);
    if (bytes === undefined) setWrong(t('createProject.quotaWrong'));
    else onSave(bytes);
  };
  return (
    <FormDialog {...props} action={t('save')} error={refusal === undefined ? error : null} onSubmit={save}>
      {children}
      <SizeField
        label={t('createProject.quota')}
        value={value}
        error={wrong ?? refusal}
        autoFocus
        onChange={(next) => {
          setWrong(undefined);
          setValue(next);
        }}
      />
    </FormDialog>
  );
}
