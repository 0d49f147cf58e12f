import { Group, NativeSelect, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Banner, bannerTypes, readBanner, writeBanner } from '../../components/banner.ts';
import type { FieldProps } from './field-props.ts';

/** Harbor's banner: a text with a kind and the days on which it is shown, as JSON in the setting. */
export function BannerField({ label, description, value, disabled, error, onChange }: FieldProps) {
  const { t } = useTranslation('configuration');
  const banner = readBanner(String(value));
  const change = (part: Partial<Banner>) => onChange(writeBanner({ ...banner, ...part }));
  return (
    <fieldset className="setting-group" disabled={disabled}>
      <legend>{label}</legend>
      <Text size="xs" c="dimmed" mb="xs">
        {description}
      </Text>
      <Textarea
        aria-label={t('banner.message')}
        placeholder={t('banner.message')}
        autosize
        minRows={2}
        maxLength={4_000}
        value={banner.message}
        error={error}
        onChange={(event) => change({ message: event.currentTarget.value })}
      />
      {banner.message !== '' && (
        <Group align="end" gap="md" mt="sm">
          <NativeSelect
            label={t('banner.type')}
            value={banner.type}
            data={bannerTypes.map((type) => ({ value: type, label: t(`banner.types.${type}`) }))}
            onChange={({ currentTarget }) =>
              change({ type: bannerTypes.find((one) => one === currentTarget.value) ?? 'info' })
            }
          />
          <DayField label={t('banner.from')} value={banner.from} onChange={(from) => change({ from })} />
          <DayField label={t('banner.to')} value={banner.to} onChange={(to) => change({ to })} />
          <Switch
            label={t('banner.closable')}
            checked={banner.closable}
            onChange={(event) => change({ closable: event.currentTarget.checked })}
          />
        </Group>
      )}
    </fieldset>
  );
}

interface DayFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}

function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
