import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../../src/features/tag-history/tag-history.contract.ts';
import type { Api } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import { readableBytes } from '../../components/bytes.ts';
import { Moment } from '../../components/moment.tsx';
import { shortDigest } from '../../components/digest.ts';
import { useRepository } from '../../components/repository-context.ts';
import { platformsOf } from './platforms.ts';

interface ComparisonProps {
  /** What the tag names; undefined when there is none. */
  readonly now: string | undefined;
  readonly then: NonNullable<HistoryEntry['after']>;
}

/** What would change: the image that the tag names, beside the one that it named. */
export function Comparison({ now, then }: ComparisonProps) {
  const { t } = useTranslation('repository');
  const caption = useId();
  const current = useImage(now);
  const former = useImage(then.state === 'present' ? then.digest : undefined);
  const { i18n } = useTranslation();
  const rows = [
    {
      label: t('digest'),
      of: (_: Image | undefined, digest: string | undefined) =>
        digest === undefined ? t('history.noTag') : <code title={digest}>{shortDigest(digest)}</code>,
    },
    { label: t('history.size'), of: (image?: Image) => image && readableBytes(image.size, i18n.language) },
    { label: t('history.builtAt'), of: (image?: Image) => <Moment time={image?.created} /> },
    { label: t('history.pushed'), of: (image?: Image) => <Moment time={image?.pushed} /> },
    { label: t('history.platform'), of: (image?: Image) => image?.platforms.join(', ') || undefined },
    { label: t('history.layers'), of: (image?: Image) => image?.layers?.length },
  ];
  const shared =
    former?.layers && current?.layers && former.layers.filter((layer) => current.layers?.includes(layer));
  return (
    <>
      <div className="table-frame" tabIndex={0} role="region" aria-labelledby={caption}>
        <table>
          <caption id={caption}>{t('history.comparison')}</caption>
          <thead>
            <tr>
              <td />
              <th scope="col">{t('history.now')}</th>
              <th scope="col">{t('history.then')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, of }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{of(current, now) ?? '–'}</td>
                <td>{of(former, then.digest) ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shared !== undefined && <Text size="sm">{t('history.shared', { count: shared.length })}</Text>}
    </>
  );
}

interface Image {
  readonly size: number;
  readonly pushed: string;
  readonly created: string | undefined;
  readonly platforms: readonly string[];
  /** Digests. An index has none: its images have them. */
  readonly layers: readonly string[] | undefined;
}

function useImage(digest: string | undefined): Image | undefined {
  const api = useApi();
  const { whole, path } = useRepository();
  const { data } = useQuery({
    queryKey: ['compared', whole, digest],
    enabled: digest !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => readImage(api, { ...path, reference: digest ?? '' }, signal),
  });
  return data;
}

async function readImage(
  api: Api,
  params: { project_name: string; repository_name: string; reference: string },
  signal: AbortSignal,
): Promise<Image> {
  const [artifact, manifest] = await Promise.all([
    api('GET /projects/:project_name/repositories/:repository_name/artifacts/:reference', { params, signal }),
    api(
      'GET /projects/:project_name/repositories/:repository_name/artifacts/:reference/additions/:addition',
      { params: { ...params, addition: 'manifest' }, signal },
    ),
  ]);
  const attributes = artifact.extra_attrs ?? {};
  const text = (name: string) => (typeof attributes[name] === 'string' ? attributes[name] : undefined);
  return {
    size: artifact.size ?? 0,
    pushed: artifact.push_time,
    created: text('created'),
    platforms: platformsOf(artifact),
    layers: artifact.references ? undefined : layersIn(manifest),
  };
}

/** The client has read the JSON already. Pushers wrote it, so nothing about it is sure. */
function layersIn(manifest: unknown): string[] {
  const { layers } = Object(manifest) as { layers?: unknown };
  const parts: unknown[] = Array.isArray(layers) ? layers : [];
  return parts.map((part) => String((Object(part) as { digest?: unknown }).digest));
}
