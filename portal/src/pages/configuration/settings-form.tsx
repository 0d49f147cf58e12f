import { Alert, Button, Skeleton, Text, Title } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusAfter } from '../../components/focus-after.ts';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';
import { SettingField } from './setting-field.tsx';
import type { authSections } from './settings.ts';
import { type Configuration, type SettingsForm, useConfiguration, useSettingsForm } from './use-settings.ts';

interface SectionsProps {
  readonly sections: typeof authSections;
  /** What stands above the settings, once they are known. */
  readonly children?: (configuration: Configuration) => ReactNode;
}

export function SettingsPage(props: SectionsProps) {
  const query = useConfiguration();
  if (query.error && !query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={400} mt="md" />;
  return <Sections {...props} configuration={query.data} />;
}

function Sections({ sections, children, configuration }: SectionsProps & { configuration: Configuration }) {
  const { t } = useTranslation('configuration');
  const form = useSettingsForm(configuration);
  // Then all of them are fixed; of the auth mode alone there may be another reason.
  const fixed = !configuration.read_only.editable;
  const element = useFocusAfter(form.pending);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.changed > 0 && !form.pending) form.save();
  };
  return (
    <form ref={element} onSubmit={submit} noValidate>
      {fixed && (
        <Alert color="gray" title={t('fixed.title')} my="md">
          {t('fixed.help')}
        </Alert>
      )}
      {children?.(configuration)}
      {sections.map(({ id, names }) => (
        <section key={id} aria-labelledby={`section-${id}`}>
          <Title order={2} size="h4" mt="lg" id={`section-${id}`}>
            {t(`sections.${id}`)}
          </Title>
          {names.map((name) => (
            <SettingField key={name} name={name} configuration={configuration} form={form} />
          ))}
        </section>
      ))}
      <FormTrouble error={form.error} />
      {!fixed && <SaveBar form={form} />}
    </form>
  );
}

function SaveBar({ form }: { form: SettingsForm }) {
  const { t } = useTranslation('configuration');
  return (
    <div className="save-bar">
      <Button type="submit" loading={form.pending} disabled={form.changed === 0}>
        {t('save')}
      </Button>
      <Button variant="default" disabled={form.changed === 0} onClick={form.discard}>
        {t('discard')}
      </Button>
      <Text size="sm" role="status">
        {form.changed === 0 ? '' : t('changed', { count: form.changed })}
      </Text>
    </div>
  );
}
