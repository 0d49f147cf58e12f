import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeading } from '../../components/page-heading.tsx';
import { ProjectContext, useFoundProject } from '../../components/project-context.ts';
import { StarButton } from '../../components/star-button.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { RepositoryContext } from '../../components/repository-context.ts';
import './repository.css';

const route = getRouteApi('/shell/harbor/projects/$id/repositories/$repo');

/** What the views of a repository have in common. It asks for nothing but the project: each view asks once more. */
export function RepositoryPage() {
  const { t } = useTranslation('repository');
  const { id, repo } = route.useParams();
  const { query, can } = useFoundProject(id);
  if (query.error) {
    return (
      <>
        <PageHeading title={repo} />
        <Trouble error={query.error} retry={() => void query.refetch()} />
      </>
    );
  }
  if (!query.data) return <p role="status">{t('table.loading')}</p>;
  const { project_id = 0, name: project = '' } = query.data;
  const whole = `${project}/${repo}`;
  const repository = { id, name: repo, whole, path: { project_name: project, repository_name: repo } };
  const tab = {
    params: { id, repo },
    search: {},
    className: 'tab',
    activeOptions: { includeSearch: false },
  };
  return (
    <ProjectContext value={{ id: project_id, name: project, can }}>
      <RepositoryContext value={repository}>
        <nav aria-label={t('project.path')} className="breadcrumb">
          <Link to="/harbor/projects" search={{}}>
            {t('projects.title')}
          </Link>{' '}
          /{' '}
          <Link to="/harbor/projects/$id/repositories" params={{ id }} search={{}}>
            {project}
          </Link>{' '}
          / <span aria-current="page">{repo}</span>
        </nav>
        <PageHeading title={whole} key={whole}>
          <StarButton kind="repositories" name={whole} />
        </PageHeading>
        <nav aria-label={t('tabs')} className="tabs">
          <Link to="/harbor/projects/$id/repositories/$repo/tags-tab" {...tab}>
            {t('tags')}
          </Link>
          <Link to="/harbor/projects/$id/repositories/$repo/artifacts-tab" {...tab}>
            {t('artifacts')}
          </Link>
          <Link to="/harbor/projects/$id/repositories/$repo/history-tab" {...tab}>
            {t('history.title')}
          </Link>
          <Link to="/harbor/projects/$id/repositories/$repo/jobs-tab" {...tab}>
            {t('jobs.title')}
          </Link>
          <Link to="/harbor/projects/$id/repositories/$repo/info-tab" {...tab}>
            {t('info')}
          </Link>
        </nav>
        <Outlet />
      </RepositoryContext>
    </ProjectContext>
  );
}
