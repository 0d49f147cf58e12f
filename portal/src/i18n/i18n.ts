import { type BackendModule, createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type portal from './en-us.json';

/**
 * Texts stand in files named after their language: those of every page here, those of a page beside it, in a
 * namespace named after its folder. A new folder with texts adds its line.
 */
declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'portal';
    readonly fallbackNS: 'portal';
    readonly resources: {
      readonly artifact: typeof import('../pages/artifact/en-us.json');
      readonly portal: typeof portal;
      readonly groups: typeof import('../pages/groups/en-us.json');
      readonly labels: typeof import('../pages/labels/en-us.json');
      readonly logs: typeof import('../pages/logs/en-us.json');
      readonly members: typeof import('../pages/members/en-us.json');
      readonly 'project-configuration': typeof import('../pages/project-configuration/en-us.json');
      readonly quotas: typeof import('../pages/quotas/en-us.json');
      readonly repository: typeof import('../pages/repository/en-us.json');
      readonly policies: typeof import('../pages/policies/en-us.json');
      readonly 'clean-up': typeof import('../pages/clean-up/en-us.json');
      readonly configuration: typeof import('../pages/configuration/en-us.json');
      readonly 'job-service': typeof import('../pages/job-service/en-us.json');
      readonly usage: typeof import('../pages/usage/en-us.json');
      readonly robots: typeof import('../pages/robots/en-us.json');
      readonly users: typeof import('../pages/users/en-us.json');
    };
  }
}

/** Complete languages. Harbor's names of them, so that its users' preference reads the same. */
export const languages = [
  { id: 'en-us', tag: 'en', name: 'English' },
  { id: 'de-de', tag: 'de', name: 'Deutsch' },
  { id: 'zh-cn', tag: 'zh-CN', name: '简体中文' },
] as const;

type Language = (typeof languages)[number];

const files = import.meta.glob<{ default: object }>('/src/{i18n,pages/*}/??-??.json');

/** One file a language and namespace, fetched when a page that needs it is opened in that language. */
const byFile: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read(tag, namespace, done) {
    const id = languages.find((language) => language.tag === tag)?.id ?? languages[0].id;
    const folder = namespace === 'portal' ? '/src/i18n' : `/src/pages/${namespace}`;
    const load = files[`${folder}/${id}.json`];
    if (load)
      load().then(
        ({ default: texts }) => done(null, { ...texts }),
        (error: Error) => done(error, null),
      );
    else done(new Error(`there is no file of texts for ${namespace} in ${tag}`), null);
  },
};

const preference = 'moorage-language';

/** The language chosen before, else the first of the browser's that there is, else English. */
function preferredLanguage(): Language {
  const chosen = languages.find(({ id }) => id === localStorage.getItem(preference));
  const wanted = navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]);
  const known = wanted.flatMap((start) => languages.find(({ id }) => id.startsWith(`${start}-`)) ?? []);
  return chosen ?? known[0] ?? languages[0];
}

export async function startLanguages(): Promise<i18n> {
  const instance = createInstance();
  const { tag } = preferredLanguage();
  await instance
    .use(initReactI18next)
    .use(byFile)
    .init({
      lng: tag,
      load: 'currentOnly',
      ns: 'portal',
      defaultNS: 'portal',
      fallbackNS: 'portal',
      // React escapes; twice would show &lt; to people.
      interpolation: { escapeValue: false },
    });
  document.documentElement.lang = tag;
  return instance;
}

/** What has been fetched so far is fetched in the language too, before anything is drawn in it. */
export async function chooseLanguage(instance: i18n, { id, tag }: Language): Promise<void> {
  localStorage.setItem(preference, id);
  await instance.changeLanguage(tag);
  document.documentElement.lang = tag;
}
