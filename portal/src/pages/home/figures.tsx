import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi, useCurrentUser } from '../../api/use-api.ts';
import { readableBytes } from '../../components/bytes.ts';

/** How much there is, of what the reader may see. */
export function Figures() {
  const { t, i18n } = useTranslation('home');
  const api = useApi();
  const user = useCurrentUser();
  const { data, error } = useQuery({
    queryKey: ['statistics', user?.user_id],
    queryFn: ({ signal }) => api('GET /statistics', { signal }),
  });
  // Nobody comes for it: what went wrong is told by what is beside it.
  if (error && !data) return null;
  const number = new Intl.NumberFormat(i18n.language);
  const parts = data && [
    {
      name: t('projects.title'),
      all: number.format(data.total_project_count),
      open: number.format(data.public_project_count),
    },
    {
      name: t('projects.repositories'),
      all: number.format(data.total_repo_count),
      open: number.format(data.public_repo_count),
    },
  ];
  return (
    <section className="card" aria-labelledby="figures">
      <h2 id="figures">{t('figures.title')}</h2>
      <dl>
        {parts?.map(({ name, all, open }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {all}{' '}
              <Text span size="xs" c="dimmed">
                {t('figures.public', { amount: open })}
              </Text>
            </dd>
          </div>
        ))}
        {data && user?.sysadmin_flag && (
          <div>
            <dt>{t('figures.storage')}</dt>
            <dd>{readableBytes(data.total_storage_consumption, i18n.language)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}
