import { Button, CloseButton, Group, Text } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { use, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contains } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { FilterField } from '../../components/filter-field.tsx';
import { LabelChip } from '../../components/label-chip.tsx';
import { useProject } from '../../components/project-context.ts';
import { ReadOnlyContext } from '../../components/read-only.ts';
import { FormTrouble, Trouble } from '../../components/trouble.tsx';
import { useArtifact } from './artifact-context.ts';

/** The labels that the artifact carries: each can be taken off, and others put on. */
export function Labels() {
  const { t } = useTranslation('artifact');
  const { can } = useProject();
  const { artifact } = useArtifact();
  const [adding, setAdding] = useState(false);
  const { remove } = useLabelChanges();
  const closed = use(ReadOnlyContext);
  const labels = artifact.labels ?? [];
  return (
    <>
      <Group gap="xs">
        {labels.map(({ id = 0, name = '', color }) => (
          <span key={id} className="label-on">
            <LabelChip name={name} colour={color} />
            {can('artifact-label:delete') && (
              <CloseButton
                size="sm"
                aria-label={t('labels.removeNamed', { name })}
                disabled={remove.isPending || closed !== undefined}
                onClick={() => remove.mutate(id)}
              />
            )}
          </span>
        ))}
        <ActionButton
          size="compact-xs"
          variant="default"
          refusal={can('artifact-label:create') ? undefined : t('labels.mayNot')}
          onClick={() => setAdding(true)}
        >
          {t('labels.add')}
        </ActionButton>
      </Group>
      <FormTrouble error={remove.error} />
      {adding && <AddLabelDialog onClose={() => setAdding(false)} />}
    </>
  );
}

function useLabelChanges() {
  const api = useApi();
  const client = useQueryClient();
  const { params, digest } = useArtifact();
  const place = { ...params, reference: digest };
  const onSettled = () => client.invalidateQueries({ queryKey: ['artifact'] });
  const labels = '/projects/:project_name/repositories/:repository_name/artifacts/:reference/labels';
  const add = useMutation({
    mutationFn: (id: number) => api(`POST ${labels}`, { params: place, body: { id } }),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (label_id: number) => api(`DELETE ${labels}/:label_id`, { params: { ...place, label_id } }),
    onSettled,
  });
  return { add, remove };
}

/** Labels of the registry and of the project, by a part of their name. One click puts one on. */
function AddLabelDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('artifact');
  const { artifact } = useArtifact();
  const [filter, setFilter] = useState<string>();
  const { add } = useLabelChanges();
  const query = useLabels(filter);
  const on = new Set(artifact.labels?.map(({ id }) => id));
  const offered = (query.data ?? []).filter(({ id }) => !on.has(id));
  return (
    <Dialog title={t('labels.add')} onClose={onClose}>
      <FilterField label={t('labels.filter')} value={filter} onFilter={setFilter} />
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      <Group gap="xs" my="md" aria-busy={query.isFetching}>
        {offered.map(({ id = 0, name, color }) => (
          <button
            key={id}
            type="button"
            className="label-offer"
            aria-label={t('labels.addNamed', { name })}
            disabled={add.isPending}
            onClick={() => add.mutate(id)}
          >
            <LabelChip name={name} colour={color} />
          </button>
        ))}
        {query.data && offered.length === 0 && <Text size="sm">{t('labels.none')}</Text>}
      </Group>
      <FormTrouble error={add.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('dialog.close')}
        </Button>
      </Group>
    </Dialog>
  );
}

const mostOffered = 50;

function useLabels(filter: string | undefined) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: ['labels', 'both', id, filter],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const q = contains('name', filter);
      const usual = { page_size: mostOffered, sort: 'name', ...(q ? { q } : {}) };
      const [project, registry] = await Promise.all([
        api('GET /labels', { query: { ...usual, scope: 'p', project_id: id }, signal }),
        api('GET /labels', { query: { ...usual, scope: 'g' }, signal }),
      ]);
      return [...project.items, ...registry.items];
    },
  });
}
