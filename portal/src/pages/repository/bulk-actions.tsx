import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/action-button.tsx';
import { useProject } from '../../components/project-context.ts';
import type { RowSelection } from '../../components/use-selection.ts';
import type { BulkWanted } from './bulk-dialog.tsx';

interface BulkActionsProps {
  readonly target: 'tags' | 'artifacts';
  readonly selection: RowSelection;
  readonly total: number;
  /** The `q` of the list. */
  readonly q: string | undefined;
  readonly onBegin: (wanted: BulkWanted) => void;
}

/** What the server does with many at once, whether they are in view or not. */
export function BulkActions({ target, selection, total, q, onBegin }: BulkActionsProps) {
  const { t } = useTranslation('repository');
  const { can } = useProject();
  const begin = (action: BulkWanted['action']) => {
    const { selected } = selection;
    // What is selected when the dialog opens is meant, whatever the list shows later.
    const what = 'rows' in selected ? { names: [...selected.rows] } : q === undefined ? {} : { q };
    onBegin({ action, target, count: selection.count(total), what });
  };
  const mayDelete = can(target === 'tags' ? 'tag:delete' : 'artifact:delete');
  const noDeletion = t(target === 'tags' ? 'mayNotRemoveTag' : 'mayNotDeleteArtifact');
  return (
    <>
      <ActionButton
        size="compact-sm"
        variant="default"
        refusal={mayDelete ? undefined : noDeletion}
        onClick={() => begin('delete')}
      >
        {t('bulk.delete')}
      </ActionButton>
      <ActionButton
        size="compact-sm"
        variant="default"
        refusal={can('artifact-label:create') ? undefined : t('bulk.mayNotLabel')}
        onClick={() => begin('add_label')}
      >
        {t('bulk.addLabel')}
      </ActionButton>
      <ActionButton
        size="compact-sm"
        variant="default"
        refusal={can('artifact-label:delete') ? undefined : t('bulk.mayNotLabel')}
        onClick={() => begin('remove_label')}
      >
        {t('bulk.removeLabel')}
      </ActionButton>
    </>
  );
}
