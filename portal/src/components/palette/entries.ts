import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { QuickSearch } from '../../../../src/features/search/search.contract.ts';
import { useApi, useCurrentUser } from '../../api/use-api.ts';
import { offered } from '../../i18n/languages.ts';
import { artifactPlace, projectPlace, repositoryPlace, tagPlace } from '../../places.ts';
import { useChoose } from '../preferred.tsx';
import { useRecentPlaces } from '../recent.ts';
import { linksOf } from './links.ts';

interface Named {
  /** Unique in the whole list, and free of blanks. */
  readonly id: string;
  readonly label: string;
  readonly note?: string;
}

export type Entry = (Named & { readonly place: string }) | (Named & { readonly act: () => void });

export interface EntryGroup {
  readonly label: string;
  readonly entries: readonly Entry[];
}

/** What the shell does for the palette. */
export interface PaletteActions {
  readonly signOut: (() => void) | undefined;
  readonly showShortcuts: () => void;
  /** Opens the commands for a tag. */
  readonly get: (wanted: QuickSearch['artifact'][number]) => void;
}

interface Entries {
  readonly groups: readonly EntryGroup[];
  readonly pending: boolean;
  readonly error: Error | null;
}

export function useEntries(text: string, actions: PaletteActions): Entries {
  const { t } = useTranslation('palette');
  const typed = text.trim();
  const { found, pending, error } = useFound(typed);
  const people = usePeople(typed);
  const recent = useRecentPlaces().map(({ place, label }) => ({ id: `recent-${place}`, label, place }));
  const here = { pages: usePages(typed), actions: useActions(actions) };
  const groups: EntryGroup[] = [
    ...(typed === '' ? [{ label: t('recent'), entries: recent.slice(0, 6) }] : []),
    { label: t('tags'), entries: useArtifacts(found, actions) },
    { label: t('pages'), entries: matching(here.pages, typed) },
    { label: t('projects'), entries: projectsOf(found) },
    { label: t('repositories'), entries: repositoriesOf(found) },
    { label: t('people'), entries: people },
    { label: t('actions'), entries: matching(here.actions, typed) },
  ];
  return { groups: groups.filter(({ entries }) => entries.length > 0), pending, error };
}

/** Those whose label has all the words. */
function matching(entries: readonly Entry[], typed: string): Entry[] {
  const words = typed.toLowerCase().split(/\s+/);
  return entries.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

const projectsOf = (found: QuickSearch | undefined): Entry[] =>
  (found?.project ?? []).map(({ project_id, project_name }) => ({
    id: `project-${project_id}`,
    label: project_name,
    place: projectPlace(project_id),
  }));

const repositoriesOf = (found: QuickSearch | undefined): Entry[] =>
  (found?.repository ?? []).map(({ project_id, repository_name }) => ({
    id: `repository-${repository_name}`,
    label: repository_name,
    place: repositoryPlace(project_id, repository_name),
  }));

/** Tags and digests; below the first tag what people come for most, its commands. */
function useArtifacts(found: QuickSearch | undefined, { get }: PaletteActions): Entry[] {
  const { t } = useTranslation('palette');
  return (found?.artifact ?? []).flatMap((one, index): Entry[] => {
    const { project_id, repository_name, digest, tag } = one;
    const note = digest.slice(0, 19);
    if (tag === undefined) {
      const place = artifactPlace(project_id, repository_name, digest);
      return [{ id: `digest-${index}`, label: `${repository_name}@${note}`, place }];
    }
    const label = `${repository_name}:${tag}`;
    const place = tagPlace(project_id, repository_name, tag);
    const go: Entry = { id: `tag-${index}`, label, note, place };
    if (index > 0) return [go];
    return [go, { id: 'get', label: t('get', { name: label }), act: () => get(one) }];
  });
}

/** What people look for by name and find on a tab of a page, for those whom the page is shown. */
const parts = [
  ['gc', '/harbor/clearing-job/gc'],
  ['purge', '/harbor/clearing-job/audit-log-purge'],
  ['ledger', '/harbor/clearing-job/ledger'],
  ['queues', '/harbor/job-service-dashboard/pending-jobs'],
  ['schedules', '/harbor/job-service-dashboard/schedules'],
  ['workers', '/harbor/job-service-dashboard/workers'],
  ['auth', '/harbor/configs/auth'],
  ['security', '/harbor/configs/security'],
  ['settings', '/harbor/configs/setting'],
] as const;

/** The pages that this person may go to are those that the page beside the palette links to, and the tabs of a project. */
function usePages(typed: string): Entry[] {
  const { t } = useTranslation('palette');
  const own =
    useCurrentUser() === null ? ['preferences', 'about'] : ['profile', 'password', 'preferences', 'about'];
  const links = linksOf('nav.navigation');
  return [
    ...linksOf('nav.tabs')
      .filter(({ place }) => !place.startsWith('/harbor/account/'))
      .map(({ label, place }) => ({ id: `tab-${place}`, label, place, note: t('tab') })),
    ...links.map(({ label, place }) => ({ id: `page-${place}`, label, place })),
    // Before a letter is typed the list is short enough to be read.
    ...parts
      .filter(([, place]) => typed !== '' && links.some((page) => place.startsWith(page.place)))
      .map(([part, place]) => ({ id: `part-${part}`, label: t(`parts.${part}`), place })),
    ...own.map((page) => ({
      id: `account-${page}`,
      label: t(`account.${page as 'profile'}`),
      place: `/harbor/account/${page}`,
    })),
    { id: 'api', label: t('api'), act: () => window.location.assign('/devcenter-api-2.0') },
  ];
}

function useActions({ signOut, showShortcuts }: PaletteActions): Entry[] {
  const { t, i18n } = useTranslation('palette');
  const choose = useChoose();
  const { colorScheme } = useMantineColorScheme();
  const schemes = (['light', 'dark', 'auto'] as const).filter((scheme) => scheme !== colorScheme);
  return [
    ...(useCurrentUser() === null
      ? []
      : [{ id: 'new-project', label: t('newProject'), place: '/harbor/projects?create=true' }]),
    ...schemes.map((scheme) => ({
      id: `scheme-${scheme}`,
      label: t(`scheme.${scheme}`),
      act: () => choose({ color_scheme: scheme }),
    })),
    ...offered
      .filter(({ tag }) => tag !== i18n.language)
      .map(({ id, name }) => ({
        id: `language-${id}`,
        label: t('language', { name }),
        act: () => choose({ language: id }),
      })),
    { id: 'shortcuts', label: t('shortcuts.title'), act: showShortcuts },
    ...(signOut ? [{ id: 'sign-out', label: t('signOut'), act: signOut }] : []),
  ];
}

/** What is pasted here often has the registry's own address before it, or a command. */
const meant = (typed: string) =>
  typed
    .replace(/^(?:https?:\/\/|oci:\/\/)/, '')
    .replace(/^\w+ (?:artifact |image )?pull (?:oci:\/\/)?/, '')
    .replace(`${window.location.host}/`, '')
    .slice(0, 512);

function useFound(typed: string): { found: QuickSearch | undefined; pending: boolean; error: Error | null } {
  const api = useApi();
  const q = meant(typed);
  const [wanted] = useDebouncedValue(q, 120);
  const { data, isFetching, error } = useQuery({
    queryKey: ['quick-search', wanted],
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /search/quick', { query: { q: wanted }, signal }),
  });
  const pending = q !== '' && (isFetching || q !== wanted);
  return { found: q === '' ? undefined : data, pending, error: q === '' ? null : error };
}

/** People, for those who have a page of them. */
function usePeople(typed: string): Entry[] {
  const api = useApi();
  const [wanted] = useDebouncedValue(typed, 120);
  const page = linksOf('nav.navigation').find(({ place }) => place.startsWith('/harbor/users'));
  const { data } = useQuery({
    queryKey: ['users', 'search', wanted],
    enabled: page !== undefined && wanted.length > 1,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api('GET /users/search', { query: { username: wanted, page_size: 5 }, signal }),
  });
  if (typed === '' || !page) return [];
  return (data?.items ?? []).map(({ user_id, username = '' }) => ({
    id: `user-${user_id}`,
    label: username,
    place: `/harbor/users?${new URLSearchParams({ filter: username })}`,
  }));
}
