import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { readableBytes } from '../../components/bytes.ts';
import { Moment } from '../../components/moment.tsx';
import { Trouble } from '../../components/trouble.tsx';

/** What the collection that is always on did lately, has before it, and leaves alone for now. */
export function CollectionSummary() {
  const { t, i18n } = useTranslation('clean-up');
  const api = useApi();
  const query = useQuery({
    queryKey: ['collection-summary'],
    queryFn: ({ signal }) => api('GET /system/gc/summary', { signal }),
  });
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={130} mt="md" />;
  const size = (bytes: number) => readableBytes(bytes, i18n.language);
  const summary = query.data;
  return (
    <div className="cards">
      <section className="card" aria-label={t('summary.freed')}>
        <h2>{t('summary.freed')}</h2>
        <Text size="xl">{size(summary.freed_space)}</Text>
        <Text size="sm" c="dimmed">
          {t('summary.freedHelp', { count: summary.freed_blobs })}{' '}
          <Anchor
            inherit
            underline="always"
            renderRoot={(props) => (
              <Link {...props} to="/harbor/clearing-job/ledger" search={{ kind: 'blob' }} />
            )}
          >
            {t('summary.ledger')}
          </Anchor>
        </Text>
      </section>
      <section className="card" aria-label={t('summary.waiting')}>
        <h2>{t('summary.waiting')}</h2>
        <Text size="xl">{size(summary.waiting_space)}</Text>
        <Text size="sm" c="dimmed">
          {summary.failing_objects === 0
            ? t('summary.waitingHelp', { count: summary.waiting_objects })
            : t('summary.failing', { count: summary.failing_objects })}
        </Text>
        {summary.last_error !== undefined && (
          <Text size="sm" className="server-words">
            {t('trouble.said', { message: summary.last_error })}
          </Text>
        )}
      </section>
      <section className="card" aria-label={t('summary.kept')}>
        <h2>{t('summary.kept')}</h2>
        <Text size="xl">{size(summary.kept_space)}</Text>
        <Text size="sm" c="dimmed">
          {t('summary.keptHelp', { count: summary.kept_artifacts })}{' '}
          {summary.kept_until !== undefined && (
            <>
              {t('summary.keptUntil')} <Moment time={summary.kept_until} />
            </>
          )}
        </Text>
      </section>
    </div>
  );
}
