import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { listSearch } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { readableBytes } from '../../components/bytes.ts';
import { PageHeading } from '../../components/page-heading.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { BiggestProjects } from './biggest-projects.tsx';
import { BiggestRepositories } from './biggest-repositories.tsx';
import { UsageBar } from './usage-bar.tsx';
import './usage.css';

const route = getRouteApi('/shell/harbor/usage');

/** Where the space goes, and how to get it back. */
export function UsagePage() {
  const { t } = useTranslation('usage');
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return (
    <>
      <PageHeading title={t('title')} />
      <Text mb="sm">{t('about')}</Text>
      <div className="cards">
        <Disk />
        <Stored />
        <Kept />
      </div>
      <BiggestProjects search={search} onSearch={change} />
      <BiggestRepositories project={search.project} onAll={() => change({ project: undefined })} />
    </>
  );
}

function Disk() {
  const { t, i18n } = useTranslation('usage');
  const api = useApi();
  const query = useQuery({
    queryKey: ['volumes'],
    queryFn: ({ signal }) => api('GET /systeminfo/volumes', { signal }),
  });
  const { total = 0, free = 0 } = query.data?.storage[0] ?? {};
  const size = (bytes: number) => readableBytes(bytes, i18n.language);
  return (
    <Card title={t('disk.title')} query={query}>
      {total === 0 ? (
        // An object store has no size.
        <Text size="sm">{t('disk.unknown')}</Text>
      ) : (
        <>
          <Text size="xl">{t('disk.free', { free: size(free) })}</Text>
          <UsageBar share={(total - free) / total} />
          <Text size="sm" c="dimmed" mt="xs">
            {t('disk.of', { used: size(total - free), total: size(total) })}
          </Text>
        </>
      )}
    </Card>
  );
}

function Stored() {
  const { t, i18n } = useTranslation('usage');
  const api = useApi();
  const query = useQuery({
    queryKey: ['statistics'],
    queryFn: ({ signal }) => api('GET /statistics', { signal }),
  });
  return (
    <Card title={t('stored.title')} query={query}>
      <Text size="xl">{readableBytes(query.data?.total_storage_consumption ?? 0, i18n.language)}</Text>
      <Text size="sm" c="dimmed">
        {t('stored.help')}
      </Text>
    </Card>
  );
}

function Kept() {
  const { t, i18n } = useTranslation('usage');
  const api = useApi();
  const query = useQuery({
    queryKey: ['collection-summary'],
    queryFn: ({ signal }) => api('GET /system/gc/summary', { signal }),
  });
  return (
    <Card title={t('kept.title')} query={query}>
      <Text size="xl">{readableBytes(query.data?.kept_space ?? 0, i18n.language)}</Text>
      <Text size="sm" c="dimmed">
        {t('kept.help')}{' '}
        <Anchor
          inherit
          underline="always"
          renderRoot={(props) => <Link {...props} to="/harbor/clearing-job/gc" search={{}} />}
        >
          {t('kept.collect')}
        </Anchor>
      </Text>
    </Card>
  );
}

interface CardProps {
  readonly title: string;
  readonly query: { readonly error: Error | null; readonly data: unknown; refetch: () => unknown };
  readonly children: ReactNode;
}

function Card({ title, query, children }: CardProps) {
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {query.data === undefined ? !query.error && <Skeleton height={70} /> : children}
    </section>
  );
}
