import { useTranslation } from 'react-i18next';
import { Trouble } from '../../components/trouble.tsx';
import { useAddition } from './artifact-context.ts';
import { dependenciesOf } from './content.ts';

/** Charts that a chart needs. */
export function DependenciesTab() {
  const { t } = useTranslation('artifact');
  const query = useAddition('dependencies');
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <p role="status">{t('table.loading')}</p>;
  const dependencies = dependenciesOf(query.data);
  if (dependencies.length === 0) return <div className="nothing">{t('dependencies.none')}</div>;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t('tabs.dependencies')}>
      <table>
        <caption>{t('tabs.dependencies')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('projects.name')}</th>
            <th scope="col">{t('dependencies.version')}</th>
            <th scope="col">{t('dependencies.repository')}</th>
            <th scope="col">{t('dependencies.condition')}</th>
          </tr>
        </thead>
        <tbody>
          {dependencies.map(({ name, version, repository, condition }, index) => (
            // The same chart may be needed twice, under two names.
            <tr key={index}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td>
                <bdi>{version ?? '–'}</bdi>
              </td>
              <td className="anywhere">
                <Address of={repository} />
              </td>
              <td className="anywhere">
                <bdi>{condition ?? '–'}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A pusher's link: only to web pages, and without saying from where. */
function Address({ of: address }: { of: string | undefined }) {
  if (address === undefined) return '–';
  if (!/^https?:\/\//i.test(address)) return <bdi>{address}</bdi>;
  return (
    <a href={address} rel="noopener noreferrer nofollow">
      <bdi>{address}</bdi>
    </a>
  );
}
