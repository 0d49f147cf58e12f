import { Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type SizeInput, sizeUnits } from './size.ts';

interface SizeFieldProps {
  readonly label: string;
  readonly value: SizeInput;
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
  readonly onChange: (value: SizeInput) => void;
}

/** A limit of storage: an amount with its unit, or none. */
export function SizeField({ label, value, error, autoFocus, onChange }: SizeFieldProps) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox
        label={t('project.unlimited')}
        checked={!value.limited}
        onChange={({ currentTarget }) => onChange({ ...value, limited: !currentTarget.checked })}
      />
      {value.limited && (
        <Group align="start" gap="xs">
          <TextInput
            label={label}
            inputMode="decimal"
            value={value.amount}
            error={error}
            autoComplete="off"
            {...(autoFocus ? { 'data-autofocus': true } : {})}
            onChange={({ currentTarget }) => onChange({ ...value, amount: currentTarget.value })}
          />
          <NativeSelect
            label={t('createProject.unit')}
            value={value.unit}
            data={sizeUnits}
            onChange={({ currentTarget }) => {
              const unit = sizeUnits.find((one) => one === currentTarget.value);
              if (unit) onChange({ ...value, unit });
            }}
          />
        </Group>
      )}
    </>
  );
}
