import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readableBytes } from '../../components/bytes.ts';
import { bytesOf, type SizeInput, sizeInputOf, sizeUnits } from '../../components/size.ts';
import type { FieldProps } from './field-props.ts';

/** A size with its unit; empty is no limit, -1. */
export function BytesField({ label, description, value, disabled, error, onChange }: FieldProps) {
  const { t } = useTranslation('configuration');
  const bytes = Number(value);
  const [input, setInput] = useState(() => sizeInputOf(bytes));
  // "Discard" and "use the default" change the value, and the field follows.
  const [seen, setSeen] = useState(bytes);
  if (seen !== bytes) {
    setSeen(bytes);
    if (bytesOf(input) !== bytes) setInput(sizeInputOf(bytes));
  }
  const enter = (part: Partial<SizeInput>) => {
    const next = { ...input, ...part };
    const limited = next.amount.trim() !== '';
    setInput({ ...next, limited });
    const entered = bytesOf({ ...next, limited });
    if (entered !== undefined) onChange(entered);
  };
  const wrong = bytesOf(input) === undefined ? t('sizeWrong') : undefined;
  return (
    <Group align="end" gap="sm">
      <TextInput
        label={label}
        description={description}
        inputMode="decimal"
        placeholder={t('noLimit')}
        value={input.amount}
        disabled={disabled}
        error={wrong ?? error}
        onChange={(event) => enter({ amount: event.currentTarget.value })}
      />
      <NativeSelect
        aria-label={t('unitOf', { label })}
        data={sizeUnits}
        value={input.unit}
        disabled={disabled}
        onChange={({ currentTarget }) =>
          enter({ unit: sizeUnits.find((one) => one === currentTarget.value) ?? 'GiB' })
        }
      />
    </Group>
  );
}

export function useBytesText(): (bytes: number) => string {
  const { t, i18n } = useTranslation('configuration');
  return (bytes) => (bytes < 0 ? t('noLimit') : readableBytes(bytes, i18n.language));
}
