import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  RetentionPreview,
  RetentionRule,
} from '../../../../src/features/retention/retention.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { Trouble } from '../../components/trouble.tsx';
import { useProject } from '../../components/project-context.ts';
import { PreviewedArtifacts } from './previewed-artifacts.tsx';
import { policyBody } from './rule-draft.ts';

interface PreviewProps {
  /** Undefined: they are not whole yet. */
  readonly rules: readonly RetentionRule[] | undefined;
}

const pageSize = 10;
/** After the last key: a preview reads whole repositories. */
const restMilliseconds = 400;

/** What a run by these rules would delete now, decided by the code that a run uses. Nothing has to be saved first. */
export function Preview({ rules }: PreviewProps) {
  const { t } = useTranslation('policies');
  const heading = useId();
  return (
    <section className="preview" aria-labelledby={heading}>
      <h3 id={heading}>{t('preview.title')}</h3>
      {rules ? (
        <Found rules={rules} />
      ) : (
        <Text size="sm" c="dimmed">
          {t('preview.unfinished')}
        </Text>
      )}
    </section>
  );
}

function Found({ rules }: { rules: readonly RetentionRule[] }) {
  const { t } = useTranslation('policies');
  const { query, asked, page, setPage } = usePreview(rules);
  if (query.error && !query.isFetching) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton height={120} />;
  const { total, repositories } = query.data;
  if (total === 0) {
    return (
      <Text size="sm" role="status">
        {t('preview.untouched')}
      </Text>
    );
  }
  const last = Math.ceil(total / pageSize);
  return (
    <div
      className={query.isPlaceholderData || query.isFetching ? 'stale-block' : ''}
      aria-busy={query.isFetching}
    >
      <Counts repositories={repositories} total={total} />
      <Repositories repositories={repositories} rules={asked} />
      {last > 1 && (
        <Group mt="xs" gap="xs">
          <Text size="sm">{t('preview.page', { page, last })}</Text>
          <Button size="compact-xs" variant="default" disabled={page <= 1} onClick={() => setPage(page - 1)}>
            {t('table.previous')}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={page >= last}
            onClick={() => setPage(page + 1)}
          >
            {t('table.next')}
          </Button>
        </Group>
      )}
    </div>
  );
}

function usePreview(rules: readonly RetentionRule[]) {
  const api = useApi();
  const { id } = useProject();
  const [text] = useDebouncedValue(JSON.stringify(rules), restMilliseconds);
  const [page, setPage] = useState(1);
  const asked: RetentionRule[] = JSON.parse(text);
  const query = useQuery({
    queryKey: ['retention-preview', id, text, page],
    // A push or a run changes it at any time.
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('POST /retentions/preview', {
        query: { page, page_size: pageSize, artifact_limit: 0 },
        body: policyBody(id, asked, ''),
        signal,
      }),
  });
  return { query, asked, page, setPage };
}

/** Of the repositories on this page, which are all there are in most projects. */
function Counts({ repositories, total }: { repositories: readonly RetentionPreview[]; total: number }) {
  const { t, i18n } = useTranslation('policies');
  const number = new Intl.NumberFormat(i18n.language);
  const all = repositories.reduce((sum, one) => sum + one.total, 0);
  const kept = repositories.reduce((sum, one) => sum + one.retained, 0);
  return (
    <Text size="sm" role="status" className="preview-counts">
      <span className={all > kept ? 'goes' : ''}>{t('preview.go', { count: all - kept })}</span>
      <span>{t('preview.stay', { count: kept })}</span>
      <span>{t('preview.repositories', { count: total, shown: number.format(total) })}</span>
    </Text>
  );
}

interface RepositoriesProps {
  readonly repositories: readonly RetentionPreview[];
  readonly rules: readonly RetentionRule[];
}

function Repositories({ repositories, rules }: RepositoriesProps) {
  const { t, i18n } = useTranslation('policies');
  const [chosen, setChosen] = useState<string>();
  const number = new Intl.NumberFormat(i18n.language);
  const caption = useId();
  // Where something goes is what people want to see first.
  const first = repositories.find(({ total, retained }) => total > retained) ?? repositories[0];
  const open = repositories.find(({ repository }) => repository === chosen) ?? first;
  return (
    <>
      <div className="table-frame" tabIndex={0} role="region" aria-labelledby={caption}>
        <table>
          <caption id={caption}>{t('preview.byRepository')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('preview.repository')}</th>
              <th scope="col" className="numeric">
                {t('preview.going')}
              </th>
              <th scope="col" className="numeric">
                {t('preview.staying')}
              </th>
            </tr>
          </thead>
          <tbody>
            {repositories.map(({ repository, total, retained }) => (
              <tr key={repository}>
                <th scope="row">
                  <button
                    type="button"
                    className="link-button"
                    aria-pressed={repository === open?.repository}
                    onClick={() => setChosen(repository)}
                  >
                    {repository}
                  </button>
                </th>
                <td className={total > retained ? 'numeric goes' : 'numeric'}>
                  {number.format(total - retained)}
                </td>
                <td className="numeric">{number.format(retained)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && <PreviewedArtifacts key={open.repository} repository={open.repository} rules={rules} />}
    </>
  );
}
