import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LedgerEntry } from '../../../../src/features/gc/gc.contract.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { readableBytes } from '../../components/bytes.ts';
import type { Column } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { reasonOf } from './ledger-reason.ts';
import { kinds } from './ledger-search.ts';

/** `team/app:v1`, `team/app@sha256:0123…`, or the digest alone. */
export function nameOf({ repository, digest, tags, kind }: LedgerEntry): string {
  const tag = tags?.[0];
  if (kind === 'tag' && tag !== undefined) return `${repository ?? ''}:${tag}`;
  const short = digest?.replace(/^(\w+:[0-9a-f]{12})[0-9a-f]+$/, '$1…');
  return [repository, short].filter(Boolean).join('@') || '–';
}

export function useLedgerColumns(restore: (entry: LedgerEntry) => void): Column<LedgerEntry>[] {
  const { t, i18n } = useTranslation('clean-up');
  return [
    { id: 'what', label: t('ledger.what'), cell: (entry) => <What {...entry} /> },
    { id: 'kind', label: t('ledger.kind'), cell: ({ kind }) => <Kind kind={kind} /> },
    {
      id: 'size',
      label: t('ledger.size'),
      numeric: true,
      cell: ({ kind, size }) =>
        kind === 'tag' || kind === 'repository' ? '–' : readableBytes(size, i18n.language),
    },
    { id: 'why', label: t('ledger.why'), cell: ({ reason }) => <Why words={reason} /> },
    { id: 'who', label: t('ledger.who'), cell: ({ username }) => username },
    {
      id: 'when',
      label: t('ledger.when'),
      sort: 'deleted_at',
      cell: ({ deleted_at }) => <Moment time={deleted_at} />,
    },
    {
      id: 'restore',
      label: t('ledger.restorable'),
      cell: (entry) => <Restore entry={entry} restore={restore} />,
    },
  ];
}

function Kind({ kind }: { kind: string }) {
  const { t } = useTranslation('clean-up');
  const known = kinds.find((one) => one === kind);
  return <>{known === undefined ? kind : t(`kinds.${known}`)}</>;
}

function Why({ words }: { words: string }) {
  const { t } = useTranslation('clean-up');
  const reason = reasonOf(words);
  return <>{reason ? t(`reasons.${reason.key}`, reason.values) : words}</>;
}

function What(entry: LedgerEntry) {
  const { t } = useTranslation('clean-up');
  const { kind, tags = [], digest } = entry;
  return (
    <>
      <span title={digest}>{nameOf(entry)}</span>
      {kind === 'artifact' && tags.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('ledger.tags', { tags: tags.slice(0, 10).join(', ') })}
        </Text>
      )}
    </>
  );
}

function Restore({ entry, restore }: { entry: LedgerEntry; restore: (entry: LedgerEntry) => void }) {
  const { t } = useTranslation('clean-up');
  if (!entry.restore) return <>–</>;
  return (
    <>
      <ActionButton
        size="compact-xs"
        variant="default"
        aria-label={t('ledger.restoreNamed', { name: nameOf(entry) })}
        onClick={() => restore(entry)}
      >
        {t('ledger.restore')}
      </ActionButton>
      <Text size="xs" c="dimmed">
        {t('ledger.until')} <Moment time={entry.restore.until} />
      </Text>
    </>
  );
}
