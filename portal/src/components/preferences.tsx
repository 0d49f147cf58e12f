import { type MantineColorScheme, NativeSelect, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from '../i18n/i18n.ts';
import { type Language, offered } from '../i18n/languages.ts';

interface SelectProps<T> {
  readonly size?: 'xs' | 'sm';
  /** Beside a visible label of its own. */
  readonly labelled?: boolean;
  readonly onChoose: (chosen: T) => void;
}

export function LanguageSelect({ size = 'xs', labelled = false, onChoose }: SelectProps<Language>) {
  const { t, i18n } = useTranslation('sign-in');
  const label = t('preferences.language');
  return (
    <NativeSelect
      size={size}
      {...(labelled ? { label } : { 'aria-label': label })}
      value={offered.find(({ tag }) => tag === i18n.language)?.id ?? ''}
      data={offered.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(event) => {
        const chosen = offered.find(({ id }) => id === event.currentTarget.value);
        if (chosen) onChoose(chosen);
      }}
    />
  );
}

const schemes: readonly MantineColorScheme[] = ['auto', 'light', 'dark'];

export function SchemeSelect({ size = 'xs', labelled = false, onChoose }: SelectProps<MantineColorScheme>) {
  const { t } = useTranslation('sign-in');
  const { colorScheme } = useMantineColorScheme();
  const label = t('preferences.scheme');
  return (
    <NativeSelect
      size={size}
      {...(labelled ? { label } : { 'aria-label': label })}
      value={colorScheme}
      data={schemes.map((scheme) => ({ value: scheme, label: t(`preferences.${scheme}`) }))}
      onChange={(event) => {
        const chosen = schemes.find((scheme) => scheme === event.currentTarget.value);
        if (chosen) onChoose(chosen);
      }}
    />
  );
}

interface ChosenHere {
  readonly language?: string;
  readonly color_scheme?: MantineColorScheme;
}

const place = 'moorage-chosen';

/** Before anybody is known: what is chosen here wins over what the account has kept, and is kept with it. */
export function useChooseAtSignIn(): (choice: ChosenHere) => void {
  const { i18n } = useTranslation('sign-in');
  const { setColorScheme } = useMantineColorScheme();
  return (choice) => {
    sessionStorage.setItem(
      place,
      JSON.stringify({ ...JSON.parse(sessionStorage.getItem(place) ?? '{}'), ...choice }),
    );
    const language = offered.find(({ id }) => id === choice.language);
    if (language) void chooseLanguage(i18n, language);
    if (choice.color_scheme) setColorScheme(choice.color_scheme);
  };
}

/** Once. */
export function chosenAtSignIn(): ChosenHere | undefined {
  const chosen = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  return chosen === null ? undefined : JSON.parse(chosen);
}
