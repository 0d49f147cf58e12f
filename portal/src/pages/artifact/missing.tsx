import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiFailure } from '../../api/failure.ts';
import { useApi } from '../../api/use-api.ts';
import { type Gone, useRestore } from '../../artifact-actions/undo.tsx';
import { ActionButton } from '../../components/action-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';

interface MissingProps {
  readonly params: Gone;
  readonly error: Error;
  readonly retry: () => void;
}

/** In place of an artifact that is not there. One that was deleted can be brought back for a time. */
export function Missing({ params, error, retry }: MissingProps) {
  const { t } = useTranslation('artifact');
  const api = useApi();
  const { can } = useProject();
  const isGone = error instanceof ApiFailure && error.status === 404;
  const query = useQuery({
    queryKey: ['artifact', 'restorable', params],
    enabled: isGone && can('artifact:create'),
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/restore', {
        params,
        signal,
      }),
  });
  const restore = useRestore();
  if (!query.data) return <Trouble error={error} retry={retry} />;
  const { deleted_at, restorable_until, reason, tags } = query.data;
  return (
    <>
      <Alert title={t('missing.title')} my="md">
        <dl className="facts">
          <div>
            <dt>{t('missing.deleted')}</dt>
            <dd>
              <Moment time={deleted_at} />
            </dd>
          </div>
          <div>
            <dt>{t('missing.reason')}</dt>
            <dd>
              <bdi>{reason}</bdi>
            </dd>
          </div>
          {tags.length > 0 && (
            <div>
              <dt>{t('tabs.tags')}</dt>
              <dd>
                <bdi>{tags.slice(0, 20).join(', ')}</bdi>
              </dd>
            </div>
          )}
          <div>
            <dt>{t('missing.until')}</dt>
            <dd>
              <Moment time={restorable_until} />
            </dd>
          </div>
        </dl>
        <Text size="sm" my="sm">
          {t('missing.help')}
        </Text>
        <ActionButton size="compact-md" loading={restore.isPending} onClick={() => restore.mutate(params)}>
          {t('missing.restore')}
        </ActionButton>
      </Alert>
      <FormTrouble error={restore.error} />
    </>
  );
}
