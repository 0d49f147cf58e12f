import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { useKind } from '../../components/artifact-kind.ts';
import { readableBytes } from '../../components/bytes.ts';
import { CopyText } from '../../components/commands.tsx';
import { Moment } from '../../components/moment.tsx';
import { useArtifact } from './artifact-context.ts';
import { linesOf, membersOf, shown, textOf } from './content.ts';
import { Labels } from './labels.tsx';
import { platformName, platformsOf } from './naming.ts';

export function OverviewTab() {
  const { t, i18n } = useTranslation('artifact');
  const { artifact, digest } = useArtifact();
  const kindOf = useKind();
  const attributes = membersOf(artifact.extra_attrs);
  const platforms = platformsIn(artifact, attributes);
  const author = artifact.type === 'IMAGE' ? textOf(attributes['author']) : undefined;
  const { size = 0 } = artifact;
  return (
    <>
      <dl className="facts">
        <Fact name={t('overview.type')}>
          <Icon /> {kindOf(artifact.type)}
          {artifact.artifact_type !== undefined && <bdi className="quiet"> {artifact.artifact_type}</bdi>}
        </Fact>
        <Fact name={t('overview.digest')}>
          <CopyText label={t('overview.digest')} text={digest} />
        </Fact>
        <Fact name={t('overview.size')}>
          <span title={t('overview.bytes', { bytes: new Intl.NumberFormat(i18n.language).format(size) })}>
            {readableBytes(size, i18n.language)}
          </span>
        </Fact>
        {platforms.length > 0 && (
          <Fact name={t('overview.platform', { count: platforms.length })}>
            <bdi>{platforms.join(', ')}</bdi>
          </Fact>
        )}
        {artifact.type === 'IMAGE' && textOf(attributes['created']) !== undefined && (
          <Fact name={t('overview.created')}>
            <Moment time={textOf(attributes['created'])} />
          </Fact>
        )}
        {author !== undefined && (
          <Fact name={t('overview.author')}>
            <bdi>{author}</bdi>
          </Fact>
        )}
        <Fact name={t('overview.pushed')}>
          <Moment time={artifact.push_time} />
        </Fact>
        <Fact name={t('overview.pulled')}>
          <Moment time={artifact.pull_time} />
        </Fact>
        <Fact name={t('overview.mediaType')}>
          <bdi>{artifact.manifest_media_type}</bdi>
        </Fact>
        <Fact name={t('overview.labels')}>
          <Labels />
        </Fact>
      </dl>
      <Texts title={t('overview.annotations')} texts={artifact.annotations ?? {}} />
      <Config attributes={attributes} />
    </>
  );
}

/** Of an image the one it was built for; of an index those that it names. */
function platformsIn(artifact: Artifact, attributes: Readonly<Record<string, unknown>>): string[] {
  const os = textOf(attributes['os']);
  const architecture = textOf(attributes['architecture']);
  const own = platformName({
    "'os.features'": null,
    ...(os !== undefined && { os }),
    ...(architecture !== undefined && { architecture }),
  });
  return own === undefined ? platformsOf(artifact) : [own];
}

/** What the config says: of an image how it is run, of everything else all that has no place of its own. */
function Config({ attributes }: { attributes: Readonly<Record<string, unknown>> }) {
  const { t } = useTranslation('artifact');
  const { artifact } = useArtifact();
  if (artifact.type !== 'IMAGE') {
    const { dependencies: _, ...others } = attributes;
    return <Texts title={t('overview.config')} texts={others} />;
  }
  const { Labels: labels, ...config } = membersOf(attributes['config']);
  return (
    <>
      <Texts title={t('overview.config')} texts={config} />
      <Texts title={t('overview.configLabels')} texts={membersOf(labels)} />
    </>
  );
}

/** A table of names and values that strangers chose: any length, any letters, shown as they are. */
function Texts({ title, texts }: { title: string; texts: Readonly<Record<string, unknown>> }) {
  const rows = Object.entries(texts).filter(([, value]) => value !== null && value !== '');
  if (rows.length === 0) return null;
  return (
    <section>
      <h2 className="part">{title}</h2>
      <div className="table-frame" tabIndex={0} role="region" aria-label={title}>
        <table className="texts">
          <caption>{title}</caption>
          <tbody>
            {rows.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">
                  <bdi>{name}</bdi>
                </th>
                <td>
                  <Value value={value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Value({ value }: { value: unknown }) {
  const lines = linesOf(value);
  if (lines === undefined) return <bdi className="value">{shown(value)}</bdi>;
  return (
    <ul className="plain-list lines">
      {lines.map((line, index) => (
        // Two lines may say the same, and nothing of them moves.
        <li key={index}>
          <bdi>{line}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The server's picture of the type: one of its own, never a pusher's. */
function Icon() {
  const api = useApi();
  const { icon } = useArtifact().artifact;
  const { data } = useQuery({
    queryKey: ['icon', icon],
    enabled: icon !== undefined && icon !== '',
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api('GET /icons/:digest', { params: { digest: icon ?? '' }, signal }),
  });
  const { content, 'content-type': type } = data ?? {};
  const source = content === undefined || type === undefined ? undefined : `data:${type};base64,${content}`;
  // Without a source a browser draws a frame.
  return source && <img className="type-icon" src={source} alt="" width="20" height="20" />;
}
