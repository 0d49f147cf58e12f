import { useTranslation } from 'react-i18next';
import { readableBytes } from '../../components/bytes.ts';
import type { Parameters, Runs } from './use-runs.ts';

interface ResultsProps {
  readonly kind: Runs['kind'];
  readonly parameters: Parameters;
}

const numberIn = (parameters: Parameters, name: string): number | undefined => {
  const value = parameters[name];
  return typeof value === 'number' ? value : undefined;
};

/** What a run has done so far, or would do. */
export function RunResults({ kind, parameters }: ResultsProps) {
  const { t, i18n } = useTranslation('clean-up');
  const number = new Intl.NumberFormat(i18n.language);
  const names =
    kind === 'gc'
      ? (['freed_space', 'purged_blobs', 'purged_manifests'] as const)
      : (['purged_entries', 'dropped_months'] as const);
  const dry = parameters['dry_run'] === true;
  return (
    <>
      {dry && <p>{t('runs.dry')}</p>}
      <dl className="results">
        {names.map((name) => {
          const value = numberIn(parameters, name);
          if (value === undefined) return null;
          return (
            <div key={name}>
              <dt>{t(`results.${name}`)}</dt>
              <dd>{name === 'freed_space' ? readableBytes(value, i18n.language) : number.format(value)}</dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

/** The one result that the history shows. */
export function useResult(kind: Runs['kind']): (parameters: Parameters) => string {
  const { i18n } = useTranslation('clean-up');
  return (parameters) => {
    const value = numberIn(parameters, kind === 'gc' ? 'freed_space' : 'purged_entries');
    if (value === undefined) return '–';
    return kind === 'gc'
      ? readableBytes(value, i18n.language)
      : new Intl.NumberFormat(i18n.language).format(value);
  };
}
