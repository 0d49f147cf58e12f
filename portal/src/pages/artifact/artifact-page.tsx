import { Anchor, Group } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { shortDigest } from '../../components/digest.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { ProjectContext, useFoundProject, useProject } from '../../components/project-context.ts';
import { RepositoryContext } from '../../components/repository-context.ts';
import { Trouble } from '../../components/trouble.tsx';
import { ArtifactActions } from './artifact-actions.tsx';
import { ArtifactContext, useArtifact, useFoundArtifact } from './artifact-context.ts';
import { ArtifactTabs } from './artifact-tabs.tsx';
import { Missing } from './missing.tsx';
import './artifact.css';

/** Everything about one digest. */
export function ArtifactPage() {
  const { t } = useTranslation('artifact');
  const { id = '', repo = '', digest = '' } = useParams({ strict: false });
  const { query, can } = useFoundProject(id);
  if (query.error) {
    return (
      <>
        <PageHeading title={t('title')} />
        <Trouble error={query.error} retry={() => void query.refetch()} />
      </>
    );
  }
  if (!query.data) return <p role="status">{t('table.loading')}</p>;
  const { project_id = 0, name = '' } = query.data;
  const path = { project_name: name, repository_name: repo };
  return (
    <ProjectContext value={{ id: project_id, name, can }}>
      <RepositoryContext value={{ id, name: repo, whole: `${name}/${repo}`, path }}>
        <Found key={`${repo}@${digest}`} repository={repo} reference={digest} />
      </RepositoryContext>
    </ProjectContext>
  );
}

function Found({ repository, reference }: { repository: string; reference: string }) {
  const { t } = useTranslation('artifact');
  const { name } = useProject();
  const params = { project_name: name, repository_name: repository, reference };
  const query = useFoundArtifact(params);
  const heading = <PageHeading title={`${repository}@${shortDigest(reference)}`} />;
  if (query.error && !query.data) {
    return (
      <>
        <Path repository={repository} last={shortDigest(reference)} />
        {heading}
        <Missing params={params} error={query.error} retry={() => void query.refetch()} />
      </>
    );
  }
  if (!query.data) return <p role="status">{t('table.loading')}</p>;
  const { digest = reference } = query.data;
  return (
    <ArtifactContext value={{ artifact: query.data, digest, params }}>
      <Path repository={repository} last={shortDigest(digest)} />
      <PageHeading title={`${repository}@${shortDigest(digest)}`}>
        <ArtifactActions />
      </PageHeading>
      <TagNames />
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      <ArtifactTabs />
    </ArtifactContext>
  );
}

function Path({ repository, last }: { repository: string; last: string }) {
  const { t } = useTranslation('artifact');
  const project = useProject();
  const params = { id: String(project.id) };
  return (
    <nav aria-label={t('project.path')} className="breadcrumb">
      <Link to="/harbor/projects" search={{}}>
        {t('projects.title')}
      </Link>{' '}
      /{' '}
      <Link to="/harbor/projects/$id/repositories" params={params} search={{}}>
        {project.name}
      </Link>{' '}
      /{' '}
      <Link
        to="/harbor/projects/$id/repositories/$repo/tags-tab"
        params={{ ...params, repo: repository }}
        search={{}}
      >
        {repository}
      </Link>{' '}
      / <span aria-current="page">{last}</span>
    </nav>
  );
}

const mostNames = 5;

/** What people call it by. All of them are under "Tags". */
function TagNames() {
  const { t } = useTranslation('artifact');
  const { artifact } = useArtifact();
  const tags = artifact.tags ?? [];
  if (tags.length === 0) return <p className="quiet">{t('untagged')}</p>;
  return (
    <Group gap="xs" mb="md">
      {tags.slice(0, mostNames).map(({ name = '' }) => (
        <span key={name} className="label-chip" title={name}>
          <bdi>{name}</bdi>
        </span>
      ))}
      {tags.length > mostNames && (
        <Anchor size="sm" renderRoot={(props) => <Link {...props} to="." search={{ tab: 'tags' }} />}>
          {t('moreTags', { count: tags.length - mostNames })}
        </Anchor>
      )}
    </Group>
  );
}
