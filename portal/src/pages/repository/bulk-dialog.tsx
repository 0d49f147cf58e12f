import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Dialog, DialogForm } from '../../components/dialog.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { useLabels } from './artifacts-filters.tsx';
import { BulkRun } from './bulk-run.tsx';
import { useRepository } from '../../components/repository-context.ts';

export interface BulkWanted {
  readonly action: 'delete' | 'add_label' | 'remove_label';
  readonly target: 'tags' | 'artifacts';
  /** As the list counted them. */
  readonly count: number;
  readonly what: { readonly names: string[] } | { readonly q: string } | Record<never, never>;
}

/** Beyond this the name of the repository has to be typed before anything is deleted. */
const typedBeyond = 50;

interface BulkDialogProps {
  readonly wanted: BulkWanted;
  readonly onClose: () => void;
}

/** What would happen, the question, and then the job as it goes on, all in one dialog. */
export function BulkDialog({ wanted, onClose }: BulkDialogProps) {
  const title = useTitle(wanted);
  const [run, setRun] = useState<number>();
  return (
    <Dialog title={title} size="xl" onClose={onClose}>
      {run === undefined ? (
        <Question wanted={wanted} title={title} onClose={onClose} onStarted={setRun} />
      ) : (
        <Run key={run} title={title} id={run} onNext={setRun} />
      )}
    </Dialog>
  );
}

interface RunProps {
  readonly id: number;
  readonly title: string;
  readonly onNext: (id: number) => void;
}

function Run({ title, ...run }: RunProps) {
  const start = useRef<HTMLDivElement>(null);
  // The button that had the focus is gone.
  useEffect(() => start.current?.focus(), []);
  return (
    <div ref={start} tabIndex={-1} role="group" aria-label={title} className="page-heading">
      <BulkRun {...run} />
    </div>
  );
}

function useTitle({ action, target, count }: BulkWanted): string {
  const { t } = useTranslation('repository');
  if (action === 'add_label') return t('bulk.addLabelTo', { count });
  if (action === 'remove_label') return t('bulk.removeLabelFrom', { count });
  return target === 'tags' ? t('bulk.deleteTags', { count }) : t('bulk.deleteArtifacts', { count });
}

interface QuestionProps {
  readonly wanted: BulkWanted;
  readonly title: string;
  readonly onStarted: (id: number) => void;
  readonly onClose: () => void;
}

function Question({ wanted, title, onStarted, onClose }: QuestionProps) {
  const { t } = useTranslation('repository');
  const api = useApi();
  const { whole, path } = useRepository();
  const [typed, setTyped] = useState('');
  const [label, setLabel] = useState('');
  const { action, target, what, count } = wanted;
  const deletes = action === 'delete';
  const labels = useLabels(!deletes);
  const phrase = deletes && count > typedBeyond ? whole : undefined;
  const start = useMutation({
    mutationFn: (expected: number | undefined) =>
      api('POST /projects/:project_name/repositories/:repository_name/bulk', {
        params: path,
        body: {
          action,
          target,
          ...what,
          ...(deletes ? (expected === undefined ? {} : { expected }) : { label_id: Number(label) }),
        },
      }),
    onSuccess: ({ id }) => onStarted(id),
  });
  const preview = usePreview(wanted);
  if (preview.error) return <Trouble error={preview.error} retry={() => void preview.refetch()} />;
  const blocked = deletes ? !preview.data || (phrase !== undefined && typed !== phrase) : label === '';
  return (
    <DialogForm
      action={title}
      dangerous={deletes}
      disabled={blocked}
      pending={start.isPending}
      error={start.error}
      onClose={onClose}
      onSubmit={() => start.mutate(preview.data?.matching)}
    >
      {deletes && (preview.data ? <Foreseen {...preview.data} /> : <p role="status">{t('bulk.looking')}</p>)}
      {!deletes && (
        <NativeSelect
          label={t('label')}
          value={label}
          data={[
            { value: '', label: t('bulk.choose') },
            ...labels.map(({ id, name = '' }) => ({ value: String(id), label: name })),
          ]}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
      )}
      {phrase !== undefined && (
        <TextInput
          label={t('dialog.typeToConfirm', { phrase })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
    </DialogForm>
  );
}

function usePreview({ action, target, what }: BulkWanted) {
  const api = useApi();
  const { whole, path } = useRepository();
  return useQuery({
    queryKey: ['bulk-preview', whole, action, target, what],
    enabled: action === 'delete',
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }) =>
      api('POST /projects/:project_name/repositories/:repository_name/bulk/preview', {
        params: path,
        body: { action, target, ...what },
        signal,
      }),
  });
}

type Preview = NonNullable<ReturnType<typeof usePreview>['data']>;

function Foreseen(seen: Preview) {
  const { t } = useTranslation('repository');
  const named = seen.tags.slice(0, 10).join(', ');
  const lines = [
    seen.immutable > 0 && t('bulk.immutable', { count: seen.immutable }),
    seen.held > 0 && t('bulk.held', { count: seen.held }),
    seen.untagged > 0 && t('bulk.untagged', { count: seen.untagged }),
    seen.tag_count > 0 &&
      t('bulk.tags', { count: seen.tag_count, names: seen.tag_count > 10 ? `${named} …` : named }),
    seen.accessories > 0 && t('bulk.accessories', { count: seen.accessories }),
    seen.children > 0 && t('bulk.children', { count: seen.children }),
    seen.restore_hours > 0 ? t('bulk.restorable', { count: seen.restore_hours }) : t('bulk.forever'),
  ].filter((line) => line !== false);
  return (
    <ul className="foreseen">
      {lines.map((line) => (
        <Text key={line} component="li" size="sm" className="server-words">
          {line}
        </Text>
      ))}
    </ul>
  );
}
