import { NativeSelect, type MantineColorScheme, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, languages } from '../i18n/i18n.ts';

export function LanguageSelect() {
  const { t, i18n } = useTranslation();
  return (
    <NativeSelect
      size="xs"
      aria-label={t('preferences.language')}
      value={languages.find(({ tag }) => tag === i18n.language)?.id ?? ''}
      data={languages.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(event) => {
        const chosen = languages.find(({ id }) => id === event.currentTarget.value);
        if (chosen) void chooseLanguage(i18n, chosen);
      }}
    />
  );
}

const schemes: readonly MantineColorScheme[] = ['auto', 'light', 'dark'];

export function SchemeSelect() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <NativeSelect
      size="xs"
      aria-label={t('preferences.scheme')}
      value={colorScheme}
      data={schemes.map((scheme) => ({ value: scheme, label: t(`preferences.${scheme}`) }))}
      onChange={(event) => {
        const chosen = schemes.find((scheme) => scheme === event.currentTarget.value);
        if (chosen) setColorScheme(chosen);
      }}
    />
  );
}
