import { Anchor, Group, NativeSelect, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListedProject, Project } from '../../../../src/features/projects/projects.contract.ts';
import { contains, listSearch, pageOf } from '../../api/list-search.ts';
import { useApi, useCurrentUser, useSystemInfo } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { readableBytes } from '../../components/bytes.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { roleKey } from '../../components/roles.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { CreateProjectDialog } from './create-project-dialog.tsx';
import { DeleteProjectDialog } from './delete-project-dialog.tsx';
import type { ProjectsSearch } from './projects-search.ts';

const route = getRouteApi('/shell/harbor/projects');

export function ProjectsPage() {
  const { t } = useTranslation();
  const [leaving, setLeaving] = useState<Project>();
  const { search, change } = useProjectsSearch();
  const user = useCurrentUser();
  const refusal = useCreationRefusal();
  const query = useProjects(search);
  const columns = useColumns(setLeaving);
  const create = (
    <ActionButton refusal={refusal} onClick={() => change({ create: true })}>
      {t('projects.new')}
    </ActionButton>
  );
  return (
    <>
      <PageHeading title={t('projects.title')}>{create}</PageHeading>
      <Group mb="sm">
        <ListFilter label={t('projects.filter')} search={search} onSearch={change} />
        <NativeSelect
          aria-label={t('projects.access')}
          value={search.access ?? ''}
          data={[
            { value: '', label: t('projects.anyAccess') },
            { value: 'public', label: t('projects.public') },
            { value: 'private', label: t('projects.private') },
          ]}
          onChange={({ currentTarget: { value } }) =>
            change({ access: value === 'public' || value === 'private' ? value : undefined, page: undefined })
          }
        />
      </Group>
      <DataTable
        caption={t('projects.title')}
        columns={columns}
        keyOf={(project) => project.project_id ?? 0}
        query={query}
        search={search}
        usual="name"
        onSearch={(next) =>
          change('filter' in next && next.filter === undefined ? { ...next, access: undefined } : next)
        }
        filtered={search.filter !== undefined || search.access !== undefined}
        empty={
          <>
            <Text mb="sm">{user ? t('projects.none') : t('projects.nonePublic')}</Text>
            {user && create}
          </>
        }
      />
      {search.create && refusal === undefined && (
        <CreateProjectDialog onClose={() => change({ create: undefined })} />
      )}
      {leaving && <DeleteProjectDialog project={leaving} onClose={() => setLeaving(undefined)} />}
    </>
  );
}

function useProjectsSearch() {
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return { search, change };
}

function useProjects(search: ProjectsSearch) {
  const api = useApi();
  const user = useCurrentUser();
  return useQuery({
    queryKey: ['projects', user?.user_id, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const q = contains('name', search.filter);
      const access = search.access === undefined ? {} : { public: search.access === 'public' };
      return api('GET /projects', {
        query: { ...pageOf(search), ...access, with_size: user !== null, ...(q ? { q } : {}) },
        signal,
      });
    },
  });
}

/** Why the caller may not make a project, if so. */
function useCreationRefusal(): string | undefined {
  const { t } = useTranslation();
  const user = useCurrentUser();
  const { project_creation_restriction } = useSystemInfo();
  if (!user) return t('projects.signInToCreate');
  const restricted = project_creation_restriction === 'adminonly' && !user.sysadmin_flag;
  return restricted ? t('projects.creationRestricted') : undefined;
}

function useColumns(remove: (project: Project) => void): Column<ListedProject>[] {
  const { t, i18n } = useTranslation();
  const user = useCurrentUser();
  // Without an account nothing can be deleted, and there is no role.
  const own: Column<Project>[] = [
    {
      id: 'role',
      label: t('projects.role'),
      cell: ({ current_user_role_id: role }) => (
        <span className="one-line">{role ? t(`roles.${roleKey(role)}`) : '–'}</span>
      ),
    },
  ];
  const size: Column<ListedProject> = {
    id: 'size',
    label: t('repositories.size'),
    numeric: true,
    cell: ({ size: bytes }) => (bytes === undefined ? '–' : readableBytes(bytes, i18n.language)),
  };
  const actions: Column<ListedProject> = {
    id: 'actions',
    label: t('table.actions'),
    cell: (project) => <DeleteButton project={project} remove={remove} />,
  };
  return [
    {
      id: 'name',
      label: t('projects.name'),
      sort: 'name',
      cell: (project) => <ProjectLink project={project} />,
    },
    {
      id: 'access',
      label: t('projects.access'),
      cell: ({ metadata }) => <Access isPublic={metadata?.public === 'true'} />,
    },
    ...(user ? own : []),
    {
      id: 'repositories',
      label: t('projects.repositories'),
      numeric: true,
      cell: ({ repo_count }) => new Intl.NumberFormat(i18n.language).format(repo_count),
    },
    ...(user ? [size] : []),
    {
      id: 'created',
      label: t('projects.created'),
      sort: 'creation_time',
      cell: ({ creation_time }) => <Moment time={creation_time} />,
    },
    ...(user ? [actions] : []),
  ];
}

interface DeleteButtonProps {
  readonly project: ListedProject;
  readonly remove: (project: Project) => void;
}

function DeleteButton({ project, remove }: DeleteButtonProps) {
  const { t } = useTranslation();
  const { name, may_delete: may, repo_count } = project;
  const notEmpty = repo_count > 0 ? t('projects.notEmpty', { count: repo_count }) : undefined;
  return (
    <ActionButton
      size="compact-xs"
      variant="default"
      aria-label={t('projects.deleteNamed', { name })}
      refusal={may ? notEmpty : t('projects.mayNotDelete')}
      onClick={() => remove(project)}
    >
      {t('dialog.delete')}
    </ActionButton>
  );
}

function ProjectLink({ project: { project_id, name } }: { project: Project }) {
  const params = { id: String(project_id) };
  return (
    <Anchor
      renderRoot={(props) => (
        <Link {...props} to="/harbor/projects/$id/repositories" params={params} search={{}} />
      )}
    >
      {name}
    </Anchor>
  );
}

function Access({ isPublic }: { isPublic: boolean }) {
  const { t } = useTranslation();
  return (
    <StateMark tone={isPublic ? 'busy' : 'quiet'}>
      {isPublic ? t('projects.public') : t('projects.private')}
    </StateMark>
  );
}
