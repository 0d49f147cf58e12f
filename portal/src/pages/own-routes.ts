import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { currentUser } from '../api/use-api.ts';
import { texts } from './page-context.ts';
import { shell } from './shell-route.ts';

/** Where people begin, what is their own, and where nothing is. */
export const ownRoutes = () => [homeRoute(), accountRoutes(), ...otherRoutes()] as const;

function homeRoute() {
  return createRoute({
    getParentRoute: () => shell,
    path: '/harbor/home',
    beforeLoad: async ({ context: { api, client }, location }) => {
      const user = await client.ensureQueryData(currentUser(api));
      // oxlint-disable-next-line typescript/only-throw-error
      if (!user) throw redirect({ to: '/account/sign-in', search: { redirect_url: location.href } });
    },
    loader: texts('home'),
    component: lazyRouteComponent(() => import('./home/home-page.tsx'), 'HomePage'),
  });
}

function accountRoutes() {
  const account = createRoute({
    getParentRoute: () => shell,
    path: '/harbor/account',
    loader: texts('account'),
    component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
  });

  const profile = createRoute({
    getParentRoute: () => account,
    path: 'profile',
    component: lazyRouteComponent(() => import('./account/profile-tab.tsx'), 'ProfileTab'),
  });

  const password = createRoute({
    getParentRoute: () => account,
    path: 'password',
    component: lazyRouteComponent(() => import('./account/password-tab.tsx'), 'PasswordTab'),
  });

  const preferences = createRoute({
    getParentRoute: () => account,
    path: 'preferences',
    component: lazyRouteComponent(() => import('./account/preferences-tab.tsx'), 'PreferencesTab'),
  });

  const about = createRoute({
    getParentRoute: () => account,
    path: 'about',
    component: lazyRouteComponent(() => import('./account/about-tab.tsx'), 'AboutTab'),
  });

  return account.addChildren([profile, password, preferences, about]);
}

function otherRoutes() {
  const licence = createRoute({
    getParentRoute: () => shell,
    path: '/license',
    loader: texts('account'),
    component: lazyRouteComponent(() => import('./account/licence-page.tsx'), 'LicencePage'),
  });

  /** Everything else. The page around it stays, so that people get on from there. */
  const nowhere = createRoute({
    getParentRoute: () => shell,
    path: '$',
    component: lazyRouteComponent(() => import('../components/not-found.tsx'), 'NotFound'),
  });

  return [licence, nowhere] as const;
}
