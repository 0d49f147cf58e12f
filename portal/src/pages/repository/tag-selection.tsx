import { useTranslation } from 'react-i18next';
import { CopyAction } from '../../components/copy-icon.tsx';
import { SelectionBar } from '../../components/selection-bar.tsx';
import type { RowSelection } from '../../components/use-selection.ts';
import { registryAt } from '../../pull-commands.ts';
import { useRepository } from './repository-context.ts';

interface TagSelectionProps {
  readonly selection: RowSelection;
  readonly total: number;
}

/** What can be done with several tags. */
export function TagSelection({ selection, total }: TagSelectionProps) {
  const { t } = useTranslation('repository');
  const { whole } = useRepository();
  const { selected } = selection;
  const { host } = registryAt(window.location);
  return (
    <SelectionBar selection={selection} total={total}>
      {'rows' in selected && (
        <CopyAction
          label={t('copyReferences')}
          text={[...selected.rows].map((tag) => `${host}/${whole}:${tag}`).join('\n')}
        />
      )}
    </SelectionBar>
  );
}
