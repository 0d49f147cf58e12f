import { Box } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { useProject } from '../../components/project-context.ts';
import { AuditLog } from './audit-log.tsx';
import { type LogSearch, queryOf } from './log-search.ts';

const route = getRouteApi('/shell/harbor/projects/$id/logs/project-audit-log');

export function ProjectLogTab() {
  const api = useApi();
  const { name } = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: LogSearch) =>
    void navigate({
      search: (before) => ({ ...before, ...next }),
      replace: 'user' in next || 'resource' in next,
    });
  return (
    <Box mt="sm">
      <AuditLog
        search={search}
        onSearch={change}
        project={name}
        list={(signal) => {
          const q = queryOf(search, new Date());
          return api('GET /projects/:project_name/auditlog-exts', {
            params: { project_name: name },
            query: { ...pageOf(search), ...(q ? { q } : {}) },
            signal,
          });
        }}
      />
    </Box>
  );
}
