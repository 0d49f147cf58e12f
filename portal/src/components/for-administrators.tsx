import { useMatches } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../api/failure.ts';
import { useCurrentUser } from '../api/use-api.ts';
import { PageHeading } from './page-heading.tsx';
import { Trouble } from './trouble.tsx';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** The page is of use only to those who run the registry. */
    readonly administrators?: true;
  }
}

/** Who does not run the registry is told so, in place of forms that the server would refuse one by one. */
export function ForAdministrators({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const user = useCurrentUser();
  const guarded = useMatches({
    select: (matches) => matches.some(({ staticData }) => staticData.administrators),
  });
  if (!guarded || user?.sysadmin_flag) return children;
  return (
    <>
      <PageHeading title={t('shell.administration')} />
      <Trouble
        error={new ApiFailure(user ? 403 : 401, '')}
        {...(user ? { help: t('shell.administratorsOnly') } : {})}
      />
    </>
  );
}
