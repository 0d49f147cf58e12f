import { Button, NativeSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { BannerField } from './banner-field.tsx';
import { BytesField, useBytesText } from './bytes-field.tsx';
import { EventsField } from './events-field.tsx';
import type { FieldProps } from './field-props.ts';
import { type Control, controls, type Name, type Value } from './settings.ts';
import type { Configuration, SettingsForm } from './use-settings.ts';

interface SettingFieldProps {
  readonly name: Name;
  readonly configuration: Configuration;
  readonly form: SettingsForm;
}

/** One setting: its control, what it is by itself, and whose word its value is. */
export function SettingField({ name, configuration, form }: SettingFieldProps) {
  const { t } = useTranslation('configuration');
  const { editable } = configuration[name];
  return (
    <div className="setting">
      <ControlOf
        control={controls[name]}
        label={t(`fields.${name}.label`)}
        description={t(`fields.${name}.help`)}
        value={form.valueOf(name)}
        disabled={!editable}
        error={form.problemOf(name)}
        onChange={(value) => form.change(name, value)}
      />
      <Origin name={name} configuration={configuration} form={form} />
    </div>
  );
}

function ControlOf({ control, ...props }: FieldProps & { control: Control }) {
  const { t } = useTranslation('configuration');
  const { value, onChange, ...field } = props;
  switch (control.kind) {
    case 'switch':
      return (
        <Switch
          {...field}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...field}
          styles={{ wrapper: { maxWidth: 240 } }}
          value={Number(value)}
          suffix={` ${t(`units.${control.unit}`)}`}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          // Emptied, it is 0, which the server refuses where it means nothing.
          onChange={(entered) => onChange(Number(entered) || 0)}
        />
      );
    case 'text':
      return (
        <TextInput
          {...field}
          autoComplete="off"
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...field}
          value={String(value)}
          data={control.values.map((one) => ({ value: one, label: t(`choices.${one}`) }))}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'bytes':
      return <BytesField {...props} />;
    case 'events':
      return <EventsField {...props} />;
    case 'banner':
      return <BannerField {...props} />;
  }
}

function Origin({ name, configuration, form }: SettingFieldProps) {
  const { t } = useTranslation('configuration');
  const { source, editable, default: usual } = configuration[name];
  const shown = useShown(controls[name], usual);
  return (
    <div className="setting-origin">
      <span>{t('default', { value: shown })}</span>
      <span>{t(`sources.${source}`)}</span>
      {editable && form.valueOf(name) !== usual && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t('useDefaultOf', { label: t(`fields.${name}.label`) })}
          onClick={() => form.change(name, usual)}
        >
          {t('useDefault')}
        </Button>
      )}
    </div>
  );
}

/** A value as people read it. */
function useShown(control: Control, value: Value): string {
  const { t } = useTranslation('configuration');
  const bytes = useBytesText();
  if (typeof value === 'boolean') return value ? t('on') : t('off');
  if (control.kind === 'bytes') return bytes(Number(value));
  if (control.kind === 'number') return `${value} ${t(`units.${control.unit}`)}`;
  if (control.kind === 'choice')
    return t(`choices.${control.values.find((one) => one === value) ?? 'everyone'}`);
  return value === '' ? t('nothing') : String(value);
}
