import { getRouteApi } from '@tanstack/react-router';
import { useProject } from '../../components/project-context.ts';
import { RobotList } from './robot-list.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/robot-account');

export function RobotsTab() {
  const { id, name, can } = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <RobotList
      level={{ project: { id, name }, may: (action) => can(`robot:${action}`) }}
      search={search}
      onSearch={(next) =>
        void navigate({ search: (before) => ({ ...before, ...next }), replace: 'filter' in next })
      }
    />
  );
}
