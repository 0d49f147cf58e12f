import { useTranslation } from 'react-i18next';

const shown = 3;

/** What it is, and below it for which platforms. */
export function Kind({ kind, platforms }: { kind: string; platforms: readonly string[] }) {
  return (
    <span className="kind" title={platforms.join(', ') || undefined}>
      {kind}
      {platforms.length > 0 && <Platforms platforms={platforms} />}
    </span>
  );
}

function Platforms({ platforms }: { platforms: readonly string[] }) {
  const { t } = useTranslation('repository');
  const more = platforms.length - shown;
  return (
    <span className="platforms">
      {platforms.slice(0, shown).join(', ')}
      {more > 0 && ` ${t('more', { count: more })}`}
    </span>
  );
}
