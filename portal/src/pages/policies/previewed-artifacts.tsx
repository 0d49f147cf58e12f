import { Button, Code, Group, Skeleton, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type {
  RetentionPreview,
  RetentionRule,
} from '../../../../src/features/retention/retention.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { Trouble } from '../../components/trouble.tsx';
import { policyBody } from './rule-draft.ts';
import { useRuleName } from './rule-text.tsx';

interface Props {
  readonly repository: string;
  readonly rules: readonly RetentionRule[];
}

type Artifact = RetentionPreview['artifacts'][number];

const pageSize = 50;

/** One repository's artifacts, newest first: which go, which stay, and what keeps them. */
export function PreviewedArtifacts({ repository, rules }: Props) {
  const { t } = useTranslation('policies');
  const [from, setFrom] = useState(0);
  const caption = useId();
  const query = useArtifacts({ repository, rules, from });
  const [found] = query.data?.repositories ?? [];
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (!found) return <Skeleton height={80} mt="sm" />;
  return (
    <>
      <div className="table-frame artifacts" tabIndex={0} role="region" aria-labelledby={caption}>
        <table aria-busy={query.isFetching}>
          <caption id={caption}>{t('preview.artifactsOf', { repository })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('preview.artifact')}</th>
              <th scope="col">{t('preview.verdict')}</th>
            </tr>
          </thead>
          <tbody>
            {found.artifacts.map((artifact) => (
              <tr key={artifact.digest}>
                <th scope="row">
                  <Names artifact={artifact} />
                  <Text size="xs" c="dimmed">
                    {t('preview.pushed')} <Moment time={artifact.push_time} />
                  </Text>
                </th>
                <td>
                  <Verdict artifact={artifact} rules={rules} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.total > pageSize && <Steps from={from} total={found.total} onStep={setFrom} />}
    </>
  );
}

interface StepsProps {
  readonly from: number;
  readonly total: number;
  readonly onStep: (from: number) => void;
}

function Steps({ from, total, onStep }: StepsProps) {
  const { t, i18n } = useTranslation('policies');
  const number = new Intl.NumberFormat(i18n.language);
  const to = Math.min(from + pageSize, total);
  const shown = { from: number.format(from + 1), to: number.format(to), total: number.format(total) };
  return (
    <Group mt="xs" gap="xs">
      <Text size="sm">{t('table.shown', shown)}</Text>
      <Button
        size="compact-xs"
        variant="default"
        disabled={from === 0}
        onClick={() => onStep(from - pageSize)}
      >
        {t('table.previous')}
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        disabled={to >= total}
        onClick={() => onStep(from + pageSize)}
      >
        {t('table.next')}
      </Button>
    </Group>
  );
}

function useArtifacts({ repository, rules, from }: Props & { from: number }) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: ['retention-preview', id, JSON.stringify(rules), repository, from],
    // A push or a run changes it at any time.
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('POST /retentions/preview', {
        query: { repository, artifact_offset: from, artifact_limit: pageSize },
        body: policyBody(id, rules, ''),
        signal,
      }),
  });
}

const shownTags = 5;

function Names({ artifact: { tags, tag_count, digest } }: { artifact: Artifact }) {
  const { t } = useTranslation('policies');
  const short = digest.slice(0, 19);
  if (tag_count === 0) {
    return (
      <>
        {t('preview.untagged')} <Code title={digest}>{short}</Code>
      </>
    );
  }
  const more = tag_count - Math.min(tags.length, shownTags);
  return (
    <span title={digest}>
      {tags.slice(0, shownTags).join(', ')}
      {more > 0 && ` ${t('preview.moreTags', { count: more })}`}
    </span>
  );
}

function Verdict({ artifact, rules }: { artifact: Artifact; rules: readonly RetentionRule[] }) {
  const { t } = useTranslation('policies');
  const nameOf = useRuleName();
  if (!artifact.retained) return <span className="goes">{t('preview.goes')}</span>;
  const rule = artifact.rule === undefined ? undefined : rules[artifact.rule];
  if (rule) return <>{t('preview.keptByRule', { number: artifact.rule, name: nameOf(rule) })}</>;
  if (artifact.retained_by === 'index') return <>{t('preview.keptByIndex')}</>;
  return <>{t('preview.keptByServer', { reason: artifact.reason })}</>;
}
