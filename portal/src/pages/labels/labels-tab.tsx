import { getRouteApi } from '@tanstack/react-router';
import { useProject } from '../../components/project-context.ts';
import { LabelList } from './label-list.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/labels');

export function LabelsTab() {
  const { id, can } = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <LabelList
      owner={{ projectId: id, may: (action) => can(`label:${action}`) }}
      search={search}
      onSearch={(next) =>
        void navigate({ search: (before) => ({ ...before, ...next }), replace: 'filter' in next })
      }
    />
  );
}
