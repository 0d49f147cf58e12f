import { getRouteApi } from '@tanstack/react-router';
import { listSearch } from '../../api/list-search.ts';
import { useProject } from '../../components/project-context.ts';
import { LabelList } from './label-list.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/labels');

export function LabelsTab() {
  const { id, can } = useProject();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return (
    <LabelList
      owner={{ projectId: id, may: (action) => can(`label:${action}`) }}
      search={search}
      onSearch={change}
    />
  );
}
