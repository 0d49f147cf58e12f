import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { AuditLog } from './audit-log.tsx';
import { type LogSearch, queryOf } from './log-search.ts';

const route = getRouteApi('/shell/harbor/logs/audit-log');

/** The log of everything that the caller may see. */
export function LogsPage() {
  const { t } = useTranslation('logs');
  const api = useApi();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: LogSearch) =>
    void navigate({
      search: (before) => ({ ...before, ...next }),
      replace: 'user' in next || 'resource' in next,
    });
  return (
    <>
      <PageHeading title={t('title')} />
      <AuditLog
        search={search}
        onSearch={change}
        list={(signal) => {
          const q = queryOf(search, new Date());
          return api('GET /auditlog-exts', { query: { ...pageOf(search), ...(q ? { q } : {}) }, signal });
        }}
      />
    </>
  );
}
