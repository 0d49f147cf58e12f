import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../api/operations.ts';
import { useApi } from '../api/use-api.ts';
import { useKind } from '../components/artifact-kind.ts';
import { ArtifactLink } from '../components/artifact-link.tsx';
import { shortDigest } from '../components/digest.ts';
import { useRepository } from '../components/repository-context.ts';
import './artifact-actions.css';

const operation =
  'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/deletion' as const;

/** What would go with an artifact, and what keeps it: the server says so, and nobody guesses. */
export function useDeletionPlan(digest: string) {
  const api = useApi();
  const { path } = useRepository();
  return useQuery({
    queryKey: ['deletion', path, digest],
    // What goes is what is there now.
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }) => api(operation, { params: { ...path, reference: digest }, signal }),
  });
}

export function DeletionPlan(plan: Answer<typeof operation>) {
  const { t } = useTranslation();
  const kindOf = useKind();
  const { artifacts, artifact_count, tags, tag_count, held_by, restore_hours } = plan;
  if (held_by.length > 0) return <Holders digests={held_by} />;
  return (
    <>
      {tag_count > 0 ? (
        <div>
          <Text size="sm">{t('artifactActions.tagsGo', { count: tag_count })}</Text>
          <Names names={tags} of={tag_count} />
        </div>
      ) : (
        <Text size="sm">{t('artifactActions.noTags')}</Text>
      )}
      {artifact_count > 0 && (
        <div>
          <Text size="sm">{t('artifactActions.artifactsGo', { count: artifact_count })}</Text>
          <Names
            names={artifacts.map(({ digest, type }) => `${kindOf(type)} ${shortDigest(digest)}`)}
            of={artifact_count}
          />
        </div>
      )}
      <Text size="sm">
        {restore_hours > 0
          ? t('artifactActions.restorable', { count: restore_hours })
          : t('artifactActions.forever')}
      </Text>
    </>
  );
}

/** The indexes that name it. */
function Holders({ digests }: { digests: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" title={t('artifactActions.held')}>
      <p className="server-words">{t('artifactActions.heldHelp')}</p>
      <ul className="names">
        {digests.map((digest) => (
          <li key={digest}>
            <ArtifactLink digest={digest} />
          </li>
        ))}
      </ul>
    </Alert>
  );
}

const mostShown = 12;

function Names({ names, of: count }: { names: readonly string[]; of: number }) {
  const { t } = useTranslation();
  const shown = names.slice(0, mostShown);
  return (
    <ul className="names">
      {shown.map((name) => (
        <li key={name}>
          <bdi>{name}</bdi>
        </li>
      ))}
      {count > shown.length && <li>{t('artifactActions.more', { count: count - shown.length })}</li>}
    </ul>
  );
}
