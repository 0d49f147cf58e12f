import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImmutableRule } from '../../../../src/features/immutability/immutability.contract.ts';
import { listSearch, pageOf } from '../../api/list-search.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { ImmutableDialog } from './immutable-dialog.tsx';
import { draftOfSelector } from './rule-draft.ts';
import type { RulesSearch } from './runs-search.ts';
import { Selectors } from './rule-text.tsx';

const route = getRouteApi('/shell/harbor/projects/$id/tag-strategy/immutable-tag');

type Opened = { readonly what: 'edit' | 'delete'; readonly rule: ImmutableRule } | 'add' | undefined;

export function ImmutableTab() {
  const { t } = useTranslation('policies');
  const { can } = useProject();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  const [open, setOpen] = useState<Opened>();
  const query = useRules(search);
  const turn = useTurn();
  const columns = useColumns(setOpen, (rule) => turn.mutate(rule));
  const close = () => setOpen(undefined);
  const refusal = can('immutable-tag:create') ? undefined : t('immutable.mayNotChange');
  const add = (
    <ActionButton size="xs" refusal={refusal} onClick={() => setOpen('add')}>
      {t('rule.add')}
    </ActionButton>
  );
  return (
    <>
      <Group justify="space-between" my="sm">
        <Text size="sm" c="dimmed">
          {t('immutable.help')}
        </Text>
        {query.data?.total !== 0 && add}
      </Group>
      {search.rule !== undefined && (
        <Group my="sm">
          <Text size="sm">{t('immutable.onlyRule', { number: search.rule })}</Text>
          <Button size="compact-sm" variant="default" onClick={() => change({ rule: undefined })}>
            {t('immutable.allRules')}
          </Button>
        </Group>
      )}
      <FormTrouble error={turn.error} />
      <DataTable
        caption={t('immutable.rules')}
        columns={columns}
        keyOf={({ id }) => id ?? 0}
        query={query}
        search={search}
        onSearch={change}
        filtered={search.rule !== undefined}
        onClear={() => change({ rule: undefined })}
        empty={
          <>
            <Text mb="sm">{t('immutable.none')}</Text>
            {add}
          </>
        }
      />
      {open === 'add' && <ImmutableDialog rule={undefined} onClose={close} />}
      {typeof open === 'object' && open.what === 'edit' && (
        <ImmutableDialog rule={open.rule} onClose={close} />
      )}
      {typeof open === 'object' && open.what === 'delete' && (
        <DeleteDialog rule={open.rule} onClose={close} />
      )}
    </>
  );
}

function useRules({ rule, ...search }: RulesSearch) {
  const api = useApi();
  const { id } = useProject();
  return useQuery({
    queryKey: ['immutable-rules', id, rule, search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id/immutabletagrules', {
        params: { project_name_or_id: String(id) },
        query: { ...pageOf(search), ...(rule === undefined ? {} : { q: `id=${rule}` }) },
        signal,
      }),
  });
}

/** Harbor: a body whose state differs from the stored one changes only that. */
function useTurn() {
  const { t } = useTranslation('policies');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  return useMutation({
    mutationFn: (rule: ImmutableRule) =>
      api('PUT /projects/:project_name_or_id/immutabletagrules/:immutable_rule_id', {
        params: { project_name_or_id: String(id), immutable_rule_id: rule.id ?? 0 },
        body: { ...rule, disabled: rule.disabled !== true },
      }),
    onSuccess: (_, rule) =>
      notifications.show({ message: rule.disabled ? t('rule.turnedOn') : t('rule.turnedOff') }),
    onSettled: () => client.invalidateQueries({ queryKey: ['immutable-rules', id] }),
  });
}

function useColumns(
  onOpen: (open: Opened) => void,
  onTurn: (rule: ImmutableRule) => void,
): Column<ImmutableRule>[] {
  const { t } = useTranslation('policies');
  return [
    { id: 'rule', label: t('rule.number'), cell: ({ id }) => id },
    {
      id: 'tags',
      label: t('immutable.tags'),
      cell: ({ tag_selectors }) => <Selectors of={tag_selectors.map(draftOfSelector)} />,
    },
    {
      id: 'repositories',
      label: t('rule.repositories'),
      cell: ({ scope_selectors }) => (
        <Selectors of={(scope_selectors?.['repository'] ?? []).map(draftOfSelector)} />
      ),
    },
    {
      id: 'state',
      label: t('rule.state'),
      cell: ({ disabled }) => (
        <StateMark tone={disabled ? 'quiet' : 'good'}>{disabled ? t('rule.off') : t('rule.on')}</StateMark>
      ),
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (rule) => <RuleActions rule={rule} onOpen={onOpen} onTurn={onTurn} />,
    },
  ];
}

interface RuleActionsProps {
  readonly rule: ImmutableRule;
  readonly onOpen: (open: Opened) => void;
  readonly onTurn: (rule: ImmutableRule) => void;
}

function RuleActions({ rule, onOpen, onTurn }: RuleActionsProps) {
  const { t } = useTranslation('policies');
  const { can } = useProject();
  const number = rule.id;
  const usual = (permission: 'immutable-tag:update' | 'immutable-tag:delete') =>
    ({
      size: 'compact-xs',
      variant: 'default',
      refusal: can(permission) ? undefined : t('immutable.mayNotChange'),
    }) as const;
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionButton
        {...usual('immutable-tag:update')}
        aria-label={t('rule.editNumber', { number })}
        onClick={() => onOpen({ what: 'edit', rule })}
      >
        {t('rule.edit')}
      </ActionButton>
      <ActionButton
        {...usual('immutable-tag:update')}
        aria-label={t(rule.disabled ? 'rule.turnOnNumber' : 'rule.turnOffNumber', { number })}
        onClick={() => onTurn(rule)}
      >
        {rule.disabled ? t('rule.turnOn') : t('rule.turnOff')}
      </ActionButton>
      <ActionButton
        {...usual('immutable-tag:delete')}
        aria-label={t('rule.deleteNumber', { number })}
        onClick={() => onOpen({ what: 'delete', rule })}
      >
        {t('dialog.delete')}
      </ActionButton>
    </Group>
  );
}

function DeleteDialog({ rule, onClose }: { rule: ImmutableRule; onClose: () => void }) {
  const { t } = useTranslation('policies');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  const remove = useMutation({
    mutationFn: () =>
      api('DELETE /projects/:project_name_or_id/immutabletagrules/:immutable_rule_id', {
        params: { project_name_or_id: String(id), immutable_rule_id: rule.id ?? 0 },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('rule.deleted') });
      onClose();
      await client.invalidateQueries({ queryKey: ['immutable-rules', id] });
    },
  });
  return (
    <ConfirmDialog
      title={t('rule.deleteNumber', { number: rule.id })}
      text={t('immutable.deleteText')}
      action={t('dialog.delete')}
      pending={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    />
  );
}
