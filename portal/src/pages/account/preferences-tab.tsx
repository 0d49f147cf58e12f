import { NativeSelect, Radio, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pageSizes } from '../../api/list-search.ts';
import { useCurrentUser } from '../../api/use-api.ts';
import { useDisplay } from '../../components/display.ts';
import { LanguageSelect, SchemeSelect } from '../../components/preferences.tsx';
import { useChoose } from '../../components/preferred.tsx';
import { writtenTime } from '../../components/written-time.ts';
import { keptPageSize } from '../../kept-preferences.ts';
import { clientsFor, preferClient, preferredClient } from '../../pull-commands.ts';

/** Everything holds at once: there is nothing to save. */
export function PreferencesTab() {
  const { t } = useTranslation('account');
  const user = useCurrentUser();
  const choose = useChoose();
  const { shortcuts } = useDisplay();
  return (
    <Stack className="account-form">
      <Text size="sm" c="dimmed">
        {user ? t('preferences.kept') : t('preferences.keptHere')}
      </Text>
      <LanguageSelect size="sm" labelled onChoose={({ id }) => choose({ language: id })} />
      <SchemeSelect size="sm" labelled onChoose={(color_scheme) => choose({ color_scheme })} />
      <Times />
      <ClientSelect />
      <PageSizeSelect />
      <Switch
        label={t('preferences.shortcuts')}
        description={t('preferences.shortcutsHelp')}
        checked={shortcuts}
        onChange={(event) => choose({ shortcuts: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function Times() {
  const { t, i18n } = useTranslation('account');
  const choose = useChoose();
  const { iso, utc } = useDisplay();
  const [now] = useState(() => new Date());
  const example = (form: { iso: boolean; utc: boolean }) => writtenTime(now, i18n.language, form);
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <Radio.Group
        label={t('preferences.dateFormat')}
        value={iso ? 'iso-8601' : 'locale'}
        onChange={(chosen) => choose({ date_format: chosen === 'iso-8601' ? 'iso-8601' : 'locale' })}
      >
        <Radio
          my="xs"
          value="locale"
          label={t('preferences.locale')}
          description={example({ iso: false, utc })}
        />
        <Radio value="iso-8601" label="ISO 8601" description={example({ iso: true, utc })} />
      </Radio.Group>
      <Radio.Group
        label={t('preferences.timeZone')}
        value={utc ? 'utc' : 'local'}
        onChange={(chosen) => choose({ time_zone: chosen === 'utc' ? 'utc' : 'local' })}
      >
        <Radio
          my="xs"
          value="local"
          label={t('preferences.local', { zone })}
          description={example({ iso, utc: false })}
        />
        <Radio value="utc" label="UTC" description={example({ iso, utc: true })} />
      </Radio.Group>
    </>
  );
}

const imageClients = clientsFor('IMAGE');

function ClientSelect() {
  const { t } = useTranslation('account');
  const choose = useChoose();
  const [client, setClient] = useState(() => preferredClient('IMAGE', localStorage));
  return (
    <NativeSelect
      label={t('preferences.client')}
      description={t('preferences.clientHelp')}
      value={client}
      data={[...imageClients]}
      onChange={(event) => {
        const chosen = imageClients.find((one) => one === event.currentTarget.value);
        if (!chosen) return;
        setClient(chosen);
        preferClient(chosen, localStorage);
        choose({ pull_client: chosen });
      }}
    />
  );
}

function PageSizeSelect() {
  const { t } = useTranslation('account');
  const choose = useChoose();
  const [size, setSize] = useState(() => keptPageSize() ?? pageSizes[0]);
  return (
    <NativeSelect
      label={t('preferences.pageSize')}
      value={String(size)}
      data={pageSizes.map(String)}
      onChange={(event) => {
        const chosen = Number(event.currentTarget.value);
        setSize(chosen);
        choose({ page_size: chosen });
      }}
    />
  );
}
