import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type english from './en-us.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'portal';
    readonly resources: { readonly portal: typeof english };
  }
}

/** Complete languages. Harbor's names of them, so that its users' preference reads the same. */
export const languages = [
  { id: 'en-us', tag: 'en', name: 'English' },
  { id: 'de-de', tag: 'de', name: 'Deutsch' },
  { id: 'zh-cn', tag: 'zh-CN', name: '简体中文' },
] as const;

type Language = (typeof languages)[number];

const texts: Record<Language['id'], () => Promise<{ default: object }>> = {
  'en-us': () => import('./en-us.json', { with: { type: 'json' } }),
  'de-de': () => import('./de-de.json', { with: { type: 'json' } }),
  'zh-cn': () => import('./zh-cn.json', { with: { type: 'json' } }),
};

const preference = 'moorage-language';

/** The language chosen before, else the first of the browser's that there is, else English. */
function preferredLanguage(): Language {
  const chosen = languages.find(({ id }) => id === localStorage.getItem(preference));
  const wanted = navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]);
  const known = wanted.flatMap((start) => languages.find(({ id }) => id.startsWith(`${start}-`)) ?? []);
  return chosen ?? known[0] ?? languages[0];
}

/** Texts arrive one language at a time, when it is first shown. */
export async function startLanguages(): Promise<i18n> {
  const instance = createInstance();
  await instance.use(initReactI18next).init({
    lng: 'none',
    ns: 'portal',
    defaultNS: 'portal',
    resources: {},
    // React escapes; twice would show &lt; to people.
    interpolation: { escapeValue: false },
  });
  await showLanguage(instance, preferredLanguage());
  return instance;
}

async function showLanguage(instance: i18n, { id, tag }: Language): Promise<void> {
  const { default: loaded } = await texts[id]();
  instance.addResourceBundle(tag, 'portal', loaded);
  await instance.changeLanguage(tag);
  document.documentElement.lang = tag;
}

export async function chooseLanguage(instance: i18n, language: Language): Promise<void> {
  localStorage.setItem(preference, language.id);
  await showLanguage(instance, language);
}
