import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { DataTable } from '../../components/data-table.tsx';
import { useProject } from '../../components/project-context.ts';
import { useSelection } from '../../components/use-selection.ts';
import { AddTagDialog } from '../../artifact-actions/tag-dialogs.tsx';
import { type ArtifactAction, useArtifactColumns } from './artifact-columns.tsx';
import { ArtifactDetails } from './artifact-details.tsx';
import { ListSelection } from './list-selection.tsx';
import { ArtifactsFilters } from './artifacts-filters.tsx';
import { type ArtifactsSearch, artifactsQuery } from './artifacts-search.ts';
import { DeleteArtifactDialog } from '../../artifact-actions/delete-artifact-dialog.tsx';
import { EmptyRepository } from './empty-repository.tsx';
import { artifactsIn } from './queries.ts';
import { useRepository } from '../../components/repository-context.ts';

const route = getRouteApi('/shell/harbor/projects/$id/repositories/$repo/artifacts-tab');

/** One row an artifact, whatever names it: for tidying up, and for what has no tag. */
export function ArtifactsTab() {
  const { t } = useTranslation('repository');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [action, setAction] = useState<ArtifactAction>();
  const project = useProject();
  const { whole, path } = useRepository();
  const query = useQuery({
    ...artifactsIn(useApi(), { project: project.id, path }, search),
    placeholderData: keepPreviousData,
  });
  const change = (next: ArtifactsSearch) =>
    void navigate({
      search: (before) => ({ ...before, ...next }),
      replace: 'filter' in next,
      resetScroll: false,
    });
  const toggle = useCallback(
    (digest: string) =>
      void navigate({
        search: (before) => ({ ...before, open: before.open === digest ? undefined : digest }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const columns = useArtifactColumns({ open: search.open, toggle, act: setAction });
  const digests = query.data?.items.map(({ digest = '' }) => digest) ?? [];
  const q = artifactsQuery(search);
  const selection = useSelection(digests, `${whole} ${q ?? ''}`);
  const close = () => setAction(undefined);
  const everything = { filter: undefined, type: undefined, tagged: undefined, label: undefined };
  return (
    <>
      <ArtifactsFilters search={search} rows={query.data?.items} onSearch={change} />
      <ListSelection target="artifacts" selection={selection} total={query.data?.total ?? 0} q={q} />
      <DataTable
        caption={t('artifacts')}
        columns={columns}
        keyOf={({ digest = '' }) => digest}
        query={query}
        search={search}
        usual="-push_time"
        onSearch={change}
        filtered={q !== undefined}
        onClear={() => change({ ...everything, page: undefined })}
        empty={<EmptyRepository text={t('noArtifacts')} />}
        selection={selection}
        below={(artifact) =>
          artifact.digest === search.open ? <ArtifactDetails artifact={artifact} /> : undefined
        }
      />
      {action?.what === 'tag' && <AddTagDialog digest={action.digest} onClose={close} />}
      {action?.what === 'delete' && <DeleteArtifactDialog digest={action.digest} onClose={close} />}
    </>
  );
}
