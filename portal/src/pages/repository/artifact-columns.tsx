import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Artifact } from '../../../../src/features/artifacts/artifacts.contract.ts';
import { bytesWriter } from '../../components/bytes.ts';
import type { Column } from '../../components/data-table.tsx';
import { useProject } from '../../components/project-context.ts';
import { nameOf, PullCommandsInRow } from '../../components/pull-commands.tsx';
import { RowMenu } from '../../components/row-menu.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { shortDigest } from '../../components/digest.ts';
import { DigestCell } from './digest-link.tsx';
import { Kind } from './kind.tsx';
import { Labels } from './labels.tsx';
import { type RowTexts, useRowTexts } from './row-texts.ts';
import { whenColumns } from './when-columns.tsx';
import { platformsOf } from './platforms.ts';
import { useRepository } from '../../components/repository-context.ts';
import { useKind } from '../../components/artifact-kind.ts';

export interface ArtifactAction {
  readonly what: 'tag' | 'delete';
  readonly digest: string;
}

interface Handlers {
  /** The digest of the row that is open. */
  readonly open: string | undefined;
  readonly toggle: (digest: string) => void;
  readonly act: (action: ArtifactAction) => void;
}

export function useArtifactColumns({ open, toggle, act }: Handlers): Column<Artifact>[] {
  const { language } = useTranslation().i18n;
  const texts = useRowTexts();
  const kindOf = useKind();
  // The same ones at each drawing: a row whose columns are others is drawn again.
  return useMemo((): Column<Artifact>[] => {
    const { t } = texts;
    const bytes = bytesWriter(language);
    return [
      {
        id: 'digest',
        label: t('digest'),
        cell: (artifact) => <Digest artifact={artifact} texts={texts} open={open} toggle={toggle} />,
      },
      { id: 'tags', label: t('tags'), cell: (artifact) => <Tags artifact={artifact} texts={texts} /> },
      {
        id: 'type',
        label: t('type'),
        sort: 'type',
        cell: (artifact) => <Kind kind={kindOf(artifact.type)} platforms={platformsOf(artifact)} />,
      },
      {
        id: 'size',
        label: t('size'),
        sort: 'size',
        numeric: true,
        cell: ({ size = 0 }) => bytes(size),
      },
      { id: 'labels', label: t('labels'), cell: ({ labels }) => <Labels labels={labels} /> },
      ...whenColumns(texts),
      {
        id: 'actions',
        label: t('table.actions'),
        cell: (artifact) => <Actions artifact={artifact} texts={texts} act={act} />,
      },
    ];
  }, [texts, language, kindOf, open, toggle, act]);
}

interface CellProps {
  readonly artifact: Artifact;
  readonly texts: RowTexts;
}

function Digest({ artifact, texts: { t, copyDigest }, open, toggle }: CellProps & Omit<Handlers, 'act'>) {
  const { digest = '', references, accessories, annotations } = artifact;
  const holds = references !== null || accessories !== null || annotations !== undefined;
  const isOpen = open === digest;
  return (
    <span className="digest">
      {holds ? (
        <button
          type="button"
          className="row-button icon bare"
          aria-expanded={isOpen}
          aria-label={t('details', { digest: shortDigest(digest) })}
          onClick={() => toggle(digest)}
        >
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d="M4 2l4 4-4 4" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </button>
      ) : (
        <span className="row-button icon bare" />
      )}
      <DigestCell digest={digest} copy={copyDigest(shortDigest(digest))} />
    </span>
  );
}

const shownTags = 5;

function Tags({ artifact: { tags, accessories }, texts: { t, protection } }: CellProps) {
  const signed = accessories?.some(({ type }) => type.startsWith('signature.'));
  // The newest is the one that people look for.
  const newest = tags?.toReversed() ?? [];
  const more = newest.length - shownTags;
  return (
    <span className="labels tags">
      {newest.slice(0, shownTags).map(({ id, name, immutable, immutable_rule: rule }) => (
        <span key={id} className="label-chip" title={immutable ? `${name}: ${protection(rule)}` : undefined}>
          {name}
          {immutable && <em>{t('immutableRule.immutable')}</em>}
        </span>
      ))}
      {tags === null && t('untagged')}
      {more > 0 && t('more', { count: more })}
      {signed && <StateMark tone="busy">{t('signed')}</StateMark>}
    </span>
  );
}

function Actions({ artifact, texts, act }: CellProps & Pick<Handlers, 'act'>) {
  const { t, protection } = texts;
  const { can } = useProject();
  const { whole } = useRepository();
  const { digest = '', type, tags } = artifact;
  const name = shortDigest(digest);
  const immutable = tags?.find((tag) => tag.immutable);
  const refusal = can('artifact:delete') ? undefined : t('mayNotDeleteArtifact');
  const platforms = platformsOf(artifact);
  const newest = tags?.at(-1)?.name;
  return (
    <span className="row-actions">
      <PullCommandsInRow
        label={texts.getNamed(nameOf({ repository: whole, tag: newest, digest }))}
        text={texts.get}
        repository={whole}
        tag={newest}
        digest={digest}
        type={type}
        platforms={platforms.length > 1 ? platforms : []}
      />
      <RowMenu
        label={texts.actionsOf(name)}
        actions={() => [
          {
            label: t('addTag'),
            refusal: can('tag:create') ? undefined : t('mayNotAddTag'),
            onClick: () => act({ what: 'tag', digest }),
          },
          {
            label: t('deleteArtifact'),
            dangerous: true,
            refusal: refusal ?? (immutable && `${immutable.name}: ${protection(immutable.immutable_rule)}`),
            onClick: () => act({ what: 'delete', digest }),
          },
        ]}
      />
    </span>
  );
}
