import { Group } from '@mantine/core';
import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Can } from '../../api/use-api.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { StarButton } from '../../components/star-button.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { ProjectContext, useFoundProject } from '../../components/project-context.ts';

const route = getRouteApi('/shell/harbor/projects/$id');

/** What all tabs of a project have in common: it is found once, and what the caller may do in it is asked once. */
export function ProjectPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const { query, can } = useFoundProject(id);
  if (query.error) {
    return (
      <>
        <PageHeading title={t('project.title')} />
        <Trouble error={query.error} retry={() => void query.refetch()} />
      </>
    );
  }
  if (!query.data) return <p role="status">{t('table.loading')}</p>;
  const { project_id = 0, name = '', metadata } = query.data;
  const isPublic = metadata?.public === 'true';
  return (
    <ProjectContext value={{ id: project_id, name, can }}>
      <nav aria-label={t('project.path')} className="breadcrumb">
        <Link to="/harbor/projects" search={{}}>
          {t('projects.title')}
        </Link>{' '}
        / <span aria-current="page">{name}</span>
      </nav>
      <PageHeading title={name} key={project_id}>
        <Group gap="xs">
          <StarButton kind="projects" name={name} />
          <StateMark tone={isPublic ? 'busy' : 'quiet'}>
            {isPublic ? t('projects.public') : t('projects.private')}
          </StateMark>
        </Group>
      </PageHeading>
      <Tabs id={id} can={can} />
      <Outlet />
    </ProjectContext>
  );
}

/** Those that the caller may see. */
function Tabs({ id, can }: { id: string; can: Can }) {
  const { t } = useTranslation();
  const tab = { params: { id }, search: {}, className: 'tab' };
  return (
    <nav aria-label={t('project.tabs')} className="tabs">
      <Link to="/harbor/projects/$id/summary" {...tab}>
        {t('project.summary')}
      </Link>
      <Link to="/harbor/projects/$id/repositories" {...tab} activeOptions={{ includeSearch: false }}>
        {t('projects.repositories')}
      </Link>
      {can('member:list') && (
        <Link to="/harbor/projects/$id/members" {...tab} activeOptions={{ includeSearch: false }}>
          {t('project.members')}
        </Link>
      )}
      {can('label:create') && (
        <Link to="/harbor/projects/$id/labels" {...tab} activeOptions={{ includeSearch: false }}>
          {t('project.labels')}
        </Link>
      )}
      {can('tag-retention:read') && (
        <Link to="/harbor/projects/$id/tag-strategy" {...tab} activeOptions={{ includeSearch: false }}>
          {t('project.policies')}
        </Link>
      )}
      {can('robot:list') && (
        <Link to="/harbor/projects/$id/robot-account" {...tab} activeOptions={{ includeSearch: false }}>
          {t('project.robots')}
        </Link>
      )}
      {can('notification-policy:list') && (
        <Link to="/harbor/projects/$id/webhook" {...tab} activeOptions={{ includeSearch: false }}>
          {t('project.webhooks')}
        </Link>
      )}
      {can('log:list') && (
        <Link
          to="/harbor/projects/$id/logs/project-audit-log"
          {...tab}
          activeOptions={{ includeSearch: false }}
        >
          {t('project.logs')}
        </Link>
      )}
      {can('configuration:read') && (
        <Link to="/harbor/projects/$id/configs" {...tab}>
          {t('project.configuration')}
        </Link>
      )}
    </nav>
  );
}
