import { Kbd, UnstyledButton } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuickSearch } from '../../../src/features/search/search.contract.ts';
import { useLostAt } from '../api/connection.ts';
import { useCurrentUser, useSystemInfo } from '../api/use-api.ts';
import { AccountMenu } from './account-menu.tsx';
import { ForAdministrators } from './for-administrators.tsx';
import { Banners } from './banners.tsx';
import { useDisplay } from './display.ts';
import { Messages } from './messages.tsx';
import { Navigation } from './navigation.tsx';
import { holdKeys } from './palette-keys.ts';
import { PaletteContext } from './palette-context.ts';
import { Preferred, useChoose } from './preferred.tsx';
import { LanguageSelect, SchemeSelect } from './preferences.tsx';
import { ReadOnlyContext } from './read-only.ts';
import { useShortcuts } from './shortcuts.ts';
import { useSignOut } from './sign-out.ts';
import './shell-styles.ts';

const loadPalette = () => import('./palette/palette.tsx');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const ShortcutsDialog = lazy(async () => {
  const { ShortcutsDialog: component } = await import('./palette/shortcuts-dialog.tsx');
  return { default: component };
});
const PullCommandsDialog = lazy(async () => {
  const { PullCommandsDialog: component } = await import('./pull-commands.tsx');
  return { default: component };
});

/** What surrounds every page but the sign-in page. */
export function Shell() {
  return (
    <Preferred>
      <Frame />
    </Preferred>
  );
}

/** As the keyboard at hand has it. */
const paletteKeys = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

type Open =
  | { readonly find: string; readonly takeKeys: () => string }
  | 'shortcuts'
  | QuickSearch['artifact'][number];

function Frame() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>();
  const signOut = useSignOut();
  const lostAt = useLostAt();
  const { read_only } = useSystemInfo();
  const openPalette = useCallback((find = '') => setOpen({ find, takeKeys: holdKeys() }), []);
  const showShortcuts = useCallback(() => setOpen('shortcuts'), []);
  useShortcuts({ enabled: useDisplay().shortcuts, openPalette, showShortcuts });
  usePaletteAtHand();
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        {t('shell.skip')}
      </a>
      <header className="shell-header">
        <Link to="/harbor/home" className="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          Moorage
        </Link>
        <UnstyledButton className="search-button" onClick={() => openPalette()} aria-haspopup="dialog">
          <span>{t('shell.search')}</span>
          <Kbd size="xs" aria-hidden="true">
            {paletteKeys}
          </Kbd>
        </UnstyledButton>
        <div className="shell-tools">
          <AccountMenu signOut={signOut} />
        </div>
      </header>
      <div className="shell-body">
        <Navigation />
        <main id="content" tabIndex={-1} data-offline={lostAt !== undefined}>
          <Banners />
          <PaletteContext value={openPalette}>
            <ReadOnlyContext
              value={lostAt ? t('shell.offlineHelp') : read_only ? t('shell.readOnlyHelp') : undefined}
            >
              <ForAdministrators>
                <Outlet />
              </ForAdministrators>
            </ReadOnlyContext>
          </PaletteContext>
        </main>
      </div>
      <Messages />
      <Footer showShortcuts={showShortcuts} />
      <Suspense>
        <Over open={open} onOpen={setOpen} signOut={signOut} />
      </Suspense>
    </div>
  );
}

interface OverProps {
  readonly open: Open | undefined;
  readonly onOpen: (open: Open | undefined) => void;
  readonly signOut: () => void;
}

/** What is open over the page. */
function Over({ open, onOpen, signOut }: OverProps) {
  const user = useCurrentUser();
  const close = () => onOpen(undefined);
  if (open === undefined) return null;
  if (open === 'shortcuts') return <ShortcutsDialog onClose={close} />;
  if ('find' in open) {
    return (
      <Palette
        find={open.find}
        takeKeys={open.takeKeys}
        onClose={close}
        signOut={user ? signOut : undefined}
        showShortcuts={() => onOpen('shortcuts')}
        get={onOpen}
      />
    );
  }
  const { repository_name, ...artifact } = open;
  return <PullCommandsDialog repository={repository_name} {...artifact} onClose={close} />;
}

function Footer({ showShortcuts }: { showShortcuts: () => void }) {
  const { t } = useTranslation();
  const choose = useChoose();
  return (
    <footer className="shell-footer">
      <span>
        Moorage {MOORAGE_VERSION} · <a href="/devcenter-api-2.0">{t('account.apiBrowser')}</a> ·{' '}
        <button type="button" className="plain-button" onClick={showShortcuts}>
          {t('shell.shortcuts')}
        </button>
      </span>
      <span className="shell-tools">
        <LanguageSelect onChoose={({ id }) => choose({ language: id })} />
        <SchemeSelect onChoose={(color_scheme) => choose({ color_scheme })} />
      </span>
    </footer>
  );
}

/** Fetched while nobody waits for it, so that what is typed right after the key is not lost. */
function usePaletteAtHand(): void {
  const { i18n } = useTranslation();
  useEffect(() => {
    const timer = setTimeout(() => {
      void loadPalette();
      void i18n.loadNamespaces('palette');
    }, 1_000);
    return () => clearTimeout(timer);
  }, [i18n]);
}
