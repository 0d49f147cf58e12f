import { useMantineColorScheme } from '@mantine/core';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PreferencesReq } from '../../../src/features/preferences/preferences.contract.ts';
import { useChangePreferences, usePreferences } from '../api/preferences.ts';
import { useCurrentUser } from '../api/use-api.ts';
import { chooseLanguage } from '../i18n/i18n.ts';
import { offered } from '../i18n/languages.ts';
import { keep, readKept } from '../kept-preferences.ts';
import { preferClient, preferredClient } from '../pull-commands.ts';
import { DisplayContext, timesIn, TimesContext } from './display.ts';
import { chosenAtSignIn } from './preferences.tsx';

/** What can be chosen. Stars are no choice of how things look. */
type Choice = Omit<PreferencesReq, 'starred_projects' | 'starred_repositories'>;

const ChooseContext = createContext<(choice: Choice) => void>(() => undefined);

/** Holds at once, is kept in this browser, and with the account for the next one. */
export const useChoose = () => use(ChooseContext);

/** Has what the account prefers hold on every page below. */
export function Preferred({ children }: { children: ReactNode }) {
  const user = useCurrentUser();
  const { language } = useTranslation().i18n;
  const server = usePreferences();
  const { mutate } = useChangePreferences();
  const show = useShow();
  const [kept, setKept] = useState(() => readKept(localStorage));
  const hold = (choice: Choice) => {
    keep(localStorage, choice);
    setKept(readKept(localStorage));
    show(choice);
  };
  const choose = (choice: Choice) => {
    hold(choice);
    if (user) mutate(choice);
  };
  useEffect(() => {
    if (!server) return;
    const chosen = chosenAtSignIn();
    if (chosen) choose(chosen);
    hold({ ...server, ...chosen });
    // A client that was chosen in this browser is not taken back by what was chosen in another.
    if (localStorage.getItem('moorage-client') === null) preferServers(server.pull_client);
    // Once for each answer of the server: the functions are new at each drawing.
  }, [server]);
  useEffect(() => {
    const otherTab = () => setKept(readKept(localStorage));
    window.addEventListener('storage', otherTab);
    return () => window.removeEventListener('storage', otherTab);
  }, []);
  const display = useMemo(
    () => ({
      iso: kept.date_format === 'iso-8601',
      utc: kept.time_zone === 'utc',
      shortcuts: kept.shortcuts !== 'false',
    }),
    [kept],
  );
  const times = useMemo(() => timesIn(language, display), [language, display]);
  return (
    <ChooseContext value={choose}>
      <DisplayContext value={display}>
        <TimesContext value={times}>{children}</TimesContext>
      </DisplayContext>
    </ChooseContext>
  );
}

function preferServers(client: string | undefined): void {
  const known = preferredClient('IMAGE', { getItem: () => client ?? null });
  if (known === client) preferClient(known, localStorage);
}

function useShow() {
  const { i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return ({ language, color_scheme }: Choice) => {
    const chosen = offered.find(({ id }) => id === language);
    if (chosen && chosen.tag !== i18n.language) void chooseLanguage(i18n, chosen);
    if (color_scheme && color_scheme !== colorScheme) setColorScheme(color_scheme);
  };
}
