import { getRouteApi } from '@tanstack/react-router';
import { listSearch } from '../../api/list-search.ts';
import { useProject } from '../../components/project-context.ts';
import { RobotList } from './robot-list.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/robot-account');

export function RobotsTab() {
  const { id, name, can } = useProject();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return (
    <RobotList
      level={{ project: { id, name }, may: (action) => can(`robot:${action}`) }}
      search={search}
      onSearch={change}
    />
  );
}
