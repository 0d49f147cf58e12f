import { Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Accessory, Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { Ago } from '../../components/ago.tsx';
import { useAccessoryKind } from '../../components/artifact-kind.ts';
import { readableBytes } from '../../components/bytes.ts';
import { useProject } from '../../components/project-context.ts';
import { Trouble } from '../../components/trouble.tsx';
import { DigestLink } from './digest-link.tsx';
import { nameOfPlatform } from './platforms.ts';
import { useRepository } from '../../components/repository-context.ts';

/** What a row has no room for: the children of an index, what belongs to the artifact, its annotations. */
export function ArtifactDetails({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslation('repository');
  const { references, accessories, annotations } = artifact;
  return (
    <div className="details">
      {references && <Children references={references} />}
      {accessories && <Accessories accessories={accessories} />}
      {annotations && (
        <section>
          <Title order={2} size="h6">
            {t('annotations')}
          </Title>
          <dl className="annotations">
            {Object.entries(annotations).map(([key, value]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}

type References = NonNullable<Artifact['references']>;

/** As many as one call lists. */
const mostChildren = 100;

function Children({ references }: { references: References }) {
  const { t, i18n } = useTranslation('repository');
  const shown = references.slice(0, mostChildren);
  const query = useChildren(shown);
  const byDigest = new Map(query.data?.items.map((child) => [child.digest, child]));
  return (
    <section>
      <Title order={2} size="h6">
        {t('children')}
      </Title>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      <table>
        <thead>
          <tr>
            <th scope="col">{t('platform')}</th>
            <th scope="col">{t('digest')}</th>
            <th scope="col" className="numeric">
              {t('size')}
            </th>
            <th scope="col">{t('pulled')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ child_id, child_digest = '', platform }, index) => {
            const child = byDigest.get(child_digest);
            return (
              <tr key={`${child_id} ${index}`}>
                <th scope="row">{nameOfPlatform(platform) ?? t('noPlatform')}</th>
                <td>
                  <DigestLink digest={child_digest} />
                </td>
                <td className="numeric">
                  {child
                    ? readableBytes(child.size ?? 0, i18n.language)
                    : query.isLoading && <Skeleton height={12} />}
                </td>
                <td>{child && <Ago time={child.pull_time} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {references.length > shown.length && t('more', { count: references.length - shown.length })}
    </section>
  );
}

/** All of them by one call, whose address stays below 8 KB. */
function useChildren(references: References) {
  const api = useApi();
  const { id } = useProject();
  const { name, path } = useRepository();
  const digests = references.map(({ child_digest = '' }) => child_digest);
  return useQuery({
    queryKey: ['artifacts', id, name, 'children', digests],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name/repositories/:repository_name/artifacts', {
        params: path,
        query: {
          q: `base=*,digest={${digests.join(' ')}}`,
          page_size: mostChildren,
          with_tag: false,
        },
        signal,
      }),
  });
}

function Accessories({ accessories }: { accessories: readonly Accessory[] }) {
  const { t, i18n } = useTranslation('repository');
  const kindOf = useAccessoryKind();
  return (
    <section>
      <Title order={2} size="h6">
        {t('accessories')}
      </Title>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('type')}</th>
            <th scope="col">{t('digest')}</th>
            <th scope="col" className="numeric">
              {t('size')}
            </th>
            <th scope="col">{t('pushed')}</th>
          </tr>
        </thead>
        <tbody>
          {accessories.map(({ artifact_id, type, digest, size, creation_time }) => (
            <tr key={artifact_id}>
              <th scope="row">{kindOf(type)}</th>
              <td>
                <DigestLink digest={digest} />
              </td>
              <td className="numeric">{readableBytes(size, i18n.language)}</td>
              <td>
                <Ago time={creation_time} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
