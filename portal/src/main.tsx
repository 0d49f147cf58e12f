import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { createClient } from './api/client.ts';
import { ApiFailure, isUnauthorized } from './api/failure.ts';
import { ConnectionContext, createConnection } from './api/connection.ts';
import { SessionContext, type SessionChange } from './api/session.ts';
import { ApiContext, currentUser, systemInfo } from './api/use-api.ts';
import { startLanguages } from './i18n/i18n.ts';
import { createPortalRouter } from './pages/router.tsx';
import { readableColours, theme } from './theme.ts';
import './styles.ts';

const SessionDialog = lazy(async () => {
  const { SessionDialog: component } = await import('./components/session-dialog.tsx');
  return { default: component };
});

// The page's policy lets only styles with this pass. Mantine asks by function, the scroll lock of its dialogs
// through webpack's name for it.
const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
Object.assign(globalThis, { __webpack_nonce__: nonce });

const connection = createConnection((request) => fetch(request));
const api = createClient(connection.send, window.location.origin);

/** Called when an answer shows that the session has ended. */
const session = { ended: () => undefined as void };
const noticeEnd = (error: unknown) => {
  if (isUnauthorized(error) && client.getQueryData(currentUser(api).queryKey)) session.ended();
};
const client = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: 'always',
      // What the server has refused it refuses again; what did not reach it is tried twice more.
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiFailure && (error.status === 0 || error.status >= 502),
    },
    mutations: { networkMode: 'always' },
  },
});
// Every page needs both: they are on the way while the texts are awaited. Who fails is asked again by the page.
void client.prefetchQuery(currentUser(api));
void client.prefetchQuery(systemInfo(api));
const i18n = await startLanguages();
const router = createPortalRouter({ api, client, i18n });

const tabs = new BroadcastChannel('moorage-session');
const news = { tell: (change: SessionChange) => tabs.postMessage(change) };

function Portal() {
  const [ended, setEnded] = useState(false);
  session.ended = () => setEnded(true);
  useEffect(() => {
    tabs.onmessage = ({ data }: MessageEvent<SessionChange>) => {
      if (data === 'signed out' && client.getQueryData(currentUser(api).queryKey)) setEnded(true);
      if (data !== 'signed in') return;
      setEnded(false);
      // It may be somebody else now.
      void client.resetQueries();
    };
  }, []);
  return (
    <>
      <RouterProvider router={router} />
      {ended && (
        <Suspense>
          <SessionDialog onEnd={() => setEnded(false)} />
        </Suspense>
      )}
    </>
  );
}

const place = document.getElementById('portal');
if (!place) throw new Error('index.html has no element with the id "portal"');
createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableColours}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <I18nextProvider i18n={i18n}>
        <QueryClientProvider client={client}>
          <ApiContext value={api}>
            <ConnectionContext value={connection}>
              <SessionContext value={news}>
                <Portal />
              </SessionContext>
            </ConnectionContext>
          </ApiContext>
        </QueryClientProvider>
      </I18nextProvider>
    </MantineProvider>
  </StrictMode>,
);
