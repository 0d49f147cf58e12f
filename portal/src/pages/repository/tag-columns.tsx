import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TagInRepository } from '../../../../src/features/tags/tags.contract.ts';
import { bytesWriter } from '../../components/bytes.ts';
import type { Column } from '../../components/data-table.tsx';
import { shortDigest } from '../../components/digest.ts';
import { useProject } from '../../components/project-context.ts';
import { ImmutableBadge } from '../../components/immutable-rule.tsx';
import { nameOf, PullCommandsInRow } from '../../components/pull-commands.tsx';
import { ArtifactLink } from '../../components/artifact-link.tsx';
import { RowMenu } from '../../components/row-menu.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { DigestCell } from './digest-link.tsx';
import { Kind } from './kind.tsx';
import { Labels } from './labels.tsx';
import { type RowTexts, useRowTexts } from './row-texts.ts';
import { whenColumns } from './when-columns.tsx';
import { useRepository } from '../../components/repository-context.ts';
import { useKind } from '../../components/artifact-kind.ts';

export interface TagAction {
  readonly what: 'add' | 'remove';
  readonly tag: TagInRepository;
}

export function useTagColumns(open: (action: TagAction) => void): Column<TagInRepository>[] {
  const { language } = useTranslation().i18n;
  const texts = useRowTexts();
  const kindOf = useKind();
  // The same ones at each drawing: a row whose columns are others is drawn again.
  return useMemo((): Column<TagInRepository>[] => {
    const { t } = texts;
    const bytes = bytesWriter(language);
    return [
      { id: 'name', label: t('tag'), sort: 'name', cell: (tag) => <Name tag={tag} texts={texts} /> },
      {
        id: 'digest',
        label: t('digest'),
        cell: ({ digest }) => <DigestCell digest={digest} copy={texts.copyDigest(shortDigest(digest))} />,
      },
      {
        id: 'type',
        label: t('type'),
        cell: ({ type, platforms }) => <Kind kind={kindOf(type)} platforms={platforms} />,
      },
      {
        id: 'size',
        label: t('size'),
        sort: 'size',
        numeric: true,
        cell: ({ size }) => bytes(size),
      },
      ...whenColumns(texts),
      { id: 'labels', label: t('labels'), cell: ({ labels }) => <Labels labels={labels} /> },
      {
        id: 'actions',
        label: t('table.actions'),
        cell: (tag) => <Actions tag={tag} texts={texts} open={open} />,
      },
    ];
  }, [texts, language, kindOf, open]);
}

interface NameProps {
  readonly tag: TagInRepository;
  readonly texts: RowTexts;
}

function Name({ tag, texts: { t } }: NameProps) {
  const signed = tag.accessory_types.some((type) => type.startsWith('signature.'));
  return (
    <span className="tag-name">
      <ArtifactLink digest={tag.digest}>{tag.name}</ArtifactLink>
      {tag.immutable && <ImmutableBadge rule={tag.immutable_rule} />}
      {signed && <StateMark tone="busy">{t('signed')}</StateMark>}
    </span>
  );
}

interface ActionsProps extends NameProps {
  readonly open: (action: TagAction) => void;
}

function Actions({ tag, texts: { t, protection, get, getNamed, actionsOf }, open }: ActionsProps) {
  const { can } = useProject();
  const { whole } = useRepository();
  const { name = '', digest, type, platforms } = tag;
  const refusal = () => (tag.immutable ? protection(tag.immutable_rule) : t('mayNotRemoveTag'));
  return (
    <span className="row-actions">
      <PullCommandsInRow
        label={getNamed(nameOf({ repository: whole, tag: name }))}
        text={get}
        repository={whole}
        tag={name}
        digest={digest}
        type={type}
        platforms={platforms.length > 1 ? platforms : []}
      />
      <RowMenu
        label={actionsOf(name)}
        actions={() => [
          {
            label: t('addTag'),
            refusal: can('tag:create') ? undefined : t('mayNotAddTag'),
            onClick: () => open({ what: 'add', tag }),
          },
          {
            label: t('removeTag'),
            dangerous: true,
            refusal: can('tag:delete') && !tag.immutable ? undefined : refusal(),
            onClick: () => open({ what: 'remove', tag }),
          },
        ]}
      />
    </span>
  );
}
