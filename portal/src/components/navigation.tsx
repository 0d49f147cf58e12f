import { Link, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCurrentUser } from '../api/use-api.ts';

/** What is beside every page: the places everybody goes to, and those of the people who run the registry. */
export function Navigation() {
  const { t } = useTranslation();
  const user = useCurrentUser();
  // Closed again on the next page.
  const path = useLocation({ select: ({ pathname }) => pathname });
  const [openAt, setOpenAt] = useState<string>();
  return (
    <nav aria-label={t('shell.navigation')} className="navigation" data-open={openAt === path}>
      {/* Seen where there is no room for all of it. */}
      <button
        type="button"
        className="navigation-button"
        aria-expanded={openAt === path}
        onClick={() => setOpenAt(openAt === path ? undefined : path)}
      >
        ☰ {t('shell.menu')}
      </button>
      {user && <Link to="/harbor/home">{t('shell.home')}</Link>}
      <Link to="/harbor/projects" search={{}}>
        {t('projects.title')}
      </Link>
      {user && <Link to="/harbor/logs/audit-log">{t('shell.logs')}</Link>}
      {user?.sysadmin_flag && (
        <div role="group" aria-labelledby="administration">
          <div id="administration" className="navigation-group">
            {t('shell.administration')}
          </div>
          <Link to="/harbor/users">{t('shell.users')}</Link>
          <Link to="/harbor/robot-accounts" search={{}}>
            {t('project.robots')}
          </Link>
          <Link to="/harbor/groups">{t('shell.groups')}</Link>
          <Link to="/harbor/labels" search={{}}>
            {t('project.labels')}
          </Link>
          <Link to="/harbor/project-quotas">{t('shell.quotas')}</Link>
          <Link to="/harbor/usage" search={{}} activeOptions={{ includeSearch: false }}>
            {t('shell.usage')}
          </Link>
          <Link to="/harbor/clearing-job" activeOptions={{ includeSearch: false }}>
            {t('shell.cleanUp')}
          </Link>
          <Link to="/harbor/job-service-dashboard" activeOptions={{ includeSearch: false }}>
            {t('shell.jobService')}
          </Link>
          <Link to="/harbor/configs">{t('shell.configuration')}</Link>
        </div>
      )}
    </nav>
  );
}
