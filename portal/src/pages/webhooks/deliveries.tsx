import { Anchor, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Execution } from '../../../../src/features/webhooks/deliveries.contract.ts';
import { type ListSearch, pageOf } from '../../api/list-search.ts';
import { isOver } from '../../api/run-progress.ts';
import { useApi } from '../../api/use-api.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { JobState } from '../../components/job-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { isKnown, textOf } from './webhook-draft.ts';

/** While one is on its way; otherwise new ones are looked for now and then. */
const pollMilliseconds = 3_000;
const lookMilliseconds = 10_000;

/** What a policy told its targets, newest first. */
export function Deliveries({ policyId, name }: { policyId: number; name: string }) {
  const { t } = useTranslation('webhooks');
  const [search, setSearch] = useState<ListSearch>({});
  const query = useDeliveries(policyId, search);
  const title = t('delivery.of', { name });
  return (
    <section className="deliveries">
      <div className="section-head">
        <h2>{title}</h2>
      </div>
      <DataTable
        caption={title}
        columns={useColumns(policyId)}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={(next) => setSearch({ ...search, ...next })}
        filtered={false}
        empty={<Text>{t('delivery.none')}</Text>}
      />
    </section>
  );
}

function useDeliveries(policyId: number, search: ListSearch) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: ['deliveries', id, policyId, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id/webhook/policies/:webhook_policy_id/executions', {
        params: { project_name_or_id: String(id), webhook_policy_id: policyId },
        query: pageOf(search),
        signal,
      }),
    refetchInterval: ({ state }) =>
      state.data?.items.every(isOver) === false ? pollMilliseconds : lookMilliseconds,
  });
}

function useColumns(policyId: number): Column<Execution>[] {
  const { t } = useTranslation('webhooks');
  const { id: project } = useParams({ from: '/shell/harbor/projects/$id' });
  return [
    {
      id: 'delivery',
      label: t('delivery.number'),
      cell: ({ id = 0 }) => (
        <Anchor
          renderRoot={(props) => (
            <Link
              {...props}
              to="/harbor/projects/$id/webhook/$policyId/executions/$executionId/tasks"
              params={{ id: project, policyId: String(policyId), executionId: String(id) }}
              search={{}}
            />
          )}
        >
          {t('delivery.named', { number: id })}
        </Anchor>
      ),
    },
    { id: 'state', label: t('state'), cell: ({ status }) => <JobState status={status} /> },
    {
      id: 'event',
      label: t('test.event'),
      cell: ({ extra_attrs }) => {
        const type = textOf(extra_attrs, 'event_type');
        return isKnown(type) ? t(`event.${type}`) : type;
      },
    },
    {
      id: 'cause',
      label: t('delivery.cause'),
      cell: ({ extra_attrs }) => {
        const first = extra_attrs?.['redelivery_of'];
        return typeof first === 'number' ? t('delivery.again', { number: first }) : t('delivery.byEvent');
      },
    },
    { id: 'time', label: t('delivery.time'), cell: ({ start_time }) => <Moment time={start_time} /> },
    { id: 'message', label: t('delivery.message'), cell: ({ status_message }) => status_message ?? '' },
  ];
}
