import { Progress, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProjectSummary } from '../../../../src/features/projects/projects.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { readableBytes } from '../../components/bytes.ts';
import { Trouble } from '../../components/trouble.tsx';
import { useProject } from '../../components/project-context.ts';

export function SummaryTab() {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const { id } = useProject();
  const query = useQuery({
    queryKey: ['summary', id],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id/summary', {
        params: { project_name_or_id: String(id) },
        signal,
      }),
  });
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={160} mt="md" />;
  const number = (value: number | undefined) => new Intl.NumberFormat(i18n.language).format(value ?? 0);
  const summary = query.data;
  return (
    <div className="cards">
      <Card title={t('projects.repositories')}>
        <Text size="xl">{number(summary.repo_count)}</Text>
      </Card>
      {summary.quota && <QuotaCard quota={summary.quota} />}
      {summary.project_admin_count !== undefined && (
        <Card title={t('project.members')}>
          <dl>
            <Count label={t('roles.projectAdmin')} value={number(summary.project_admin_count)} />
            <Count label={t('roles.maintainer')} value={number(summary.maintainer_count)} />
            <Count label={t('roles.developer')} value={number(summary.developer_count)} />
            <Count label={t('roles.guest')} value={number(summary.guest_count)} />
            <Count label={t('roles.limitedGuest')} value={number(summary.limited_guest_count)} />
          </dl>
        </Card>
      )}
    </div>
  );
}

function QuotaCard({ quota }: { quota: NonNullable<ProjectSummary['quota']> }) {
  const { t, i18n } = useTranslation();
  const used = quota.used?.['storage'] ?? 0;
  // -1: as much as there is.
  const hard = quota.hard?.['storage'] ?? -1;
  const text = readableBytes(used, i18n.language);
  if (hard < 0) {
    return (
      <Card title={t('project.storage')}>
        <Text size="xl">{text}</Text>
        <Text size="sm" c="dimmed">
          {t('project.unlimited')}
        </Text>
      </Card>
    );
  }
  const limit = readableBytes(hard, i18n.language);
  return (
    <Card title={t('project.storage')}>
      <Text size="xl">{t('project.usedOf', { used: text, limit })}</Text>
      <Progress value={Math.min(100, (used / hard) * 100)} aria-label={t('project.storage')} mt="xs" />
    </Card>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Count({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
