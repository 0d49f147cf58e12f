import { type BackendModule, createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type Language, languages, offered, pseudo } from './languages.ts';
import type portal from './en-us.json';

/**
 * Texts stand in files named after their language: those of every page here, those of a page beside it, in a
 * namespace named after its folder. A new folder with texts adds its line.
 */
declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'portal';
    readonly fallbackNS: readonly ['portal', 'sign-in'];
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
      readonly webhooks: typeof import('../pages/webhooks/en-us.json');
      readonly policies: typeof import('../pages/policies/en-us.json');
      readonly 'clean-up': typeof import('../pages/clean-up/en-us.json');
      readonly configuration: typeof import('../pages/configuration/en-us.json');
      readonly 'job-service': typeof import('../pages/job-service/en-us.json');
      readonly usage: typeof import('../pages/usage/en-us.json');
      readonly robots: typeof import('../pages/robots/en-us.json');
      readonly users: typeof import('../pages/users/en-us.json');
      readonly 'sign-in': typeof import('../pages/sign-in/en-us.json');
      readonly account: typeof import('../pages/account/en-us.json');
      readonly home: typeof import('../pages/home/en-us.json');
      readonly palette: typeof import('../components/palette/en-us.json');
    };
  }
}

const files = import.meta.glob<{ default: object }>('/src/{i18n,components/*,pages/*}/??-??.json');

/** Texts stand in a folder of the namespace's name; those of all pages beside this file. */
const folders = (namespace: string) =>
  namespace === 'portal' ? ['/src/i18n'] : [`/src/pages/${namespace}`, `/src/components/${namespace}`];

async function textsOf(namespace: string, id: string): Promise<Record<string, unknown>> {
  const load = folders(namespace)
    .map((folder) => files[`${folder}/${id}.json`])
    .find((one) => one);
  if (!load) throw new Error(`there is no file of texts for ${namespace} in ${id}`);
  return { ...(await load()).default };
}

/** One file a language and namespace, fetched when a page that needs it is opened in that language. */
const byFile: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read(tag, namespace, done) {
    const id = languages.find((language) => language.tag === tag)?.id ?? languages[0].id;
    textsOf(namespace, id).then(
      async (texts) =>
        done(null, tag === pseudo.tag ? (await import('./pseudo.ts')).pseudoTexts(texts) : texts),
      (error: Error) => done(error, null),
    );
  },
};

const preference = 'moorage-language';

/** The language chosen before, else the first of the browser's that there is, else English. */
function preferredLanguage(): Pick<Language, 'tag'> | typeof pseudo {
  const choice = localStorage.getItem(preference);
  if (choice === pseudo.id) return pseudo;
  const chosen = offered.find(({ id }) => id === choice);
  const wanted = navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]);
  const known = wanted.flatMap((start) => offered.find(({ id }) => id.startsWith(`${start}-`)) ?? []);
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
      // The sign-in page needs no more; the rest comes with the pages behind it.
      ns: 'sign-in',
      defaultNS: 'portal',
      fallbackNS: ['portal', 'sign-in'],
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
