import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyAction } from '../../components/copy-icon.tsx';
import { SelectionBar } from '../../components/selection-bar.tsx';
import type { RowSelection } from '../../components/use-selection.ts';
import { registryAt } from '../../pull-commands.ts';
import { BulkActions } from './bulk-actions.tsx';
import { BulkDialog, type BulkWanted } from './bulk-dialog.tsx';
import { useRepository } from '../../components/repository-context.ts';

interface ListSelectionProps {
  readonly target: BulkWanted['target'];
  readonly selection: RowSelection;
  readonly total: number;
  /** The `q` of the list. */
  readonly q: string | undefined;
}

/** What can be done with several tags or artifacts. */
export function ListSelection({ target, selection, total, q }: ListSelectionProps) {
  const { t } = useTranslation('repository');
  const { whole } = useRepository();
  const { selected } = selection;
  const { host } = registryAt(window.location);
  const name = `${host}/${whole}${target === 'tags' ? ':' : '@'}`;
  const [wanted, setWanted] = useState<BulkWanted>();
  const close = () => {
    setWanted(undefined);
    selection.clear();
  };
  return (
    <>
      <SelectionBar selection={selection} total={total}>
        {'rows' in selected && (
          <CopyAction
            label={t('copyReferences')}
            text={[...selected.rows].map((row) => `${name}${row}`).join('\n')}
          />
        )}
        <BulkActions target={target} selection={selection} total={total} q={q} onBegin={setWanted} />
      </SelectionBar>
      {/* Outside of the bar, which goes when nothing is selected any more. */}
      {wanted && <BulkDialog wanted={wanted} onClose={close} />}
    </>
  );
}
