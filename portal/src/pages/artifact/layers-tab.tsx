import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { readableBytes } from '../../components/bytes.ts';
import { Moment } from '../../components/moment.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { useAddition, useArtifact } from './artifact-context.ts';
import { type BuildRow, buildRows, layersOf, stepsOf } from './content.ts';
import { shortDigest } from '../../components/digest.ts';

/** What it is made of: of an image each step of its building beside the layer that the step made. */
export function LayersTab() {
  const { artifact } = useArtifact();
  return 'build_history' in (artifact.addition_links ?? {}) ? <History /> : <Layers history={[]} />;
}

function History() {
  const { t } = useTranslation('artifact');
  const history = useAddition('build_history');
  if (history.isPending) return <p role="status">{t('table.loading')}</p>;
  return (
    <>
      {/* The layers are known without it. */}
      {history.error && <Trouble error={history.error} retry={() => void history.refetch()} />}
      <Layers history={history.data} />
    </>
  );
}

function Layers({ history }: { history: unknown }) {
  const { t, i18n } = useTranslation('artifact');
  const manifest = useAddition('manifest');
  if (manifest.error) return <Trouble error={manifest.error} retry={() => void manifest.refetch()} />;
  if (manifest.isPending) return <p role="status">{t('table.loading')}</p>;
  const steps = stepsOf(history);
  const layers = layersOf(manifest.data);
  const rows = buildRows(steps, layers);
  if (rows.length === 0) return <div className="nothing">{t('layers.none')}</div>;
  const size = readableBytes(
    layers.reduce((sum, layer) => sum + layer.size, 0),
    i18n.language,
  );
  const withSteps = steps.length > 0;
  return (
    <>
      <Text size="sm" my="sm">
        {t('layers.sum', { count: layers.length, size })}
      </Text>
      <div className="table-frame" tabIndex={0} role="region" aria-label={t('tabs.layers')}>
        <table>
          <caption>{t('tabs.layers')}</caption>
          <thead>
            <tr>
              <th scope="col" className="numeric">
                {t('layers.number')}
              </th>
              <th scope="col">{withSteps ? t('layers.command') : t('layers.content')}</th>
              {withSteps && <th scope="col">{t('overview.created')}</th>}
              <th scope="col" className="numeric">
                {t('overview.size')}
              </th>
              <th scope="col">{t('overview.digest')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // They stand in their order and nowhere else.
              <Row key={index} row={row} number={index + 1} withSteps={withSteps} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface RowProps {
  readonly row: BuildRow;
  readonly number: number;
  readonly withSteps: boolean;
}

function Row({ row: { step, layer }, number, withSteps }: RowProps) {
  const { t, i18n } = useTranslation('artifact');
  return (
    <tr>
      <td className="numeric quiet">{number}</td>
      <th scope="row">
        {step ? <bdi className="command">{step.command || '–'}</bdi> : null}
        {!step && layer && <bdi>{layer.title ?? layer.mediaType}</bdi>}
        {step?.comment !== undefined && <bdi className="quiet comment">{step.comment}</bdi>}
      </th>
      {withSteps && (
        <td className="unbroken">
          <Moment time={step?.created} />
        </td>
      )}
      <td className="numeric unbroken">
        {layer ? (
          readableBytes(layer.size, i18n.language)
        ) : (
          <span className="quiet">{t('layers.empty')}</span>
        )}
      </td>
      <td>{layer ? <code title={layer.digest}>{shortDigest(layer.digest)}</code> : '–'}</td>
    </tr>
  );
}
