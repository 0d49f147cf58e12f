import { Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookPolicy } from '../../../../src/features/webhooks/webhooks.contract.ts';
import { contains, listSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { ListFilter } from '../../components/filter-field.tsx';
import { useProject } from '../../components/project-context.ts';
import { FormTrouble } from '../../components/trouble.tsx';
import { Deliveries } from './deliveries.tsx';
import { type Opened, usePolicyColumns, useTurn } from './policy-columns.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';
import type { WebhooksSearch } from './webhooks-search.ts';
import './webhooks.css';

const route = getRouteApi('/shell/harbor/projects/$id/webhook');

export function WebhooksTab() {
  const { t } = useTranslation('webhooks');
  const { can } = useProject();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate(), { resetScroll: false });
  const [open, setOpen] = useState<Opened>();
  const query = usePolicies(search);
  const turn = useTurn();
  const columns = usePolicyColumns({
    turn,
    shown: search.policy,
    onShow: (policy) => change({ policy }),
    onOpen: setOpen,
  });
  const refusal = can('notification-policy:create') ? undefined : t('mayNotChange');
  const add = (
    <ActionButton refusal={refusal} onClick={() => setOpen('add')}>
      {t('add')}
    </ActionButton>
  );
  return (
    <>
      <Group my="sm" justify="space-between">
        <ListFilter label={t('filter')} search={search} onSearch={change} />
        {add}
      </Group>
      <FormTrouble error={turn.error} />
      <DataTable
        caption={t('title')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={change}
        empty={<Text>{t('none')}</Text>}
      />
      {search.policy !== undefined && (
        <Deliveries
          key={search.policy}
          policyId={search.policy}
          name={query.data?.items.find(({ id }) => id === search.policy)?.name ?? String(search.policy)}
        />
      )}
      <Dialogs open={open} onClose={() => setOpen(undefined)} />
    </>
  );
}

function Dialogs({ open, onClose }: { open: Opened; onClose: () => void }) {
  if (open === undefined) return null;
  if (open === 'add') return <WebhookDialog policy={undefined} onClose={onClose} />;
  const { what, policy } = open;
  if (what === 'edit') return <WebhookDialog policy={policy} onClose={onClose} />;
  return <DeleteWebhookDialog policy={policy} onClose={onClose} />;
}

function usePolicies(search: WebhooksSearch) {
  const api = useApi();
  const { id } = useProject();
  const paging = pageOf(search);
  const q = contains('name', search.filter);
  return useQuery({
    queryKey: ['webhooks', id, paging, q],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id/webhook/policies', {
        params: { project_name_or_id: String(id) },
        query: { ...paging, ...(q ? { q } : {}) },
        signal,
      }),
  });
}

function DeleteWebhookDialog({ policy, onClose }: { policy: WebhookPolicy; onClose: () => void }) {
  const { t } = useTranslation('webhooks');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const navigate = route.useNavigate();
  const { name = '' } = policy;
  const remove = useMutation({
    mutationFn: () =>
      api('DELETE /projects/:project_name_or_id/webhook/policies/:webhook_policy_id', {
        params: { project_name_or_id: String(id), webhook_policy_id: policy.id ?? 0 },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('deleted', { name }) });
      onClose();
      await navigate({ search: (before) => ({ ...before, policy: undefined }) });
      await client.invalidateQueries({ queryKey: ['webhooks'] });
    },
  });
  return (
    <ConfirmDialog
      title={t('deleteNamed', { name })}
      text={t('deleteText')}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
