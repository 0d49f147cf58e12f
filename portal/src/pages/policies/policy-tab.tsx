import { Link, Outlet, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useProject } from '../../components/project-context.ts';
import './policies.css';

/** What retention and immutability have in common. */
export function PolicyTab() {
  const { t } = useTranslation('policies');
  const { can } = useProject();
  const { id } = useParams({ from: '/shell/harbor/projects/$id' });
  const tab = { params: { id }, search: {}, className: 'tab', activeOptions: { includeSearch: false } };
  return (
    <>
      <nav aria-label={t('tabs')} className="tabs subtabs">
        {can('tag-retention:read') && (
          <Link to="/harbor/projects/$id/tag-strategy/tag-retention" {...tab}>
            {t('retention.title')}
          </Link>
        )}
        {can('immutable-tag:list') && (
          <Link to="/harbor/projects/$id/tag-strategy/immutable-tag" {...tab}>
            {t('immutable.title')}
          </Link>
        )}
      </nav>
      <Outlet />
    </>
  );
}
