import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WebhookPolicy } from '../../../../src/features/webhooks/webhooks.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { ActionButton } from '../../components/action-button.tsx';
import type { Column } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { useProject } from '../../components/project-context.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { isKnown } from './webhook-draft.ts';

/** Which dialog is open. */
export type Opened = { readonly what: 'edit' | 'delete'; readonly policy: WebhookPolicy } | 'add' | undefined;

interface Options {
  readonly shown: number | undefined;
  readonly onShow: (policy: number | undefined) => void;
  readonly onOpen: (open: Opened) => void;
  readonly turn: Turn;
}

export function usePolicyColumns({ shown, onShow, onOpen, turn }: Options): Column<WebhookPolicy>[] {
  const { t } = useTranslation('webhooks');
  const lastOf = useLastTriggers();
  const eventName = (event: string) => (isKnown(event) ? t(`event.${event}`) : event);
  return [
    {
      id: 'name',
      label: t('name'),
      sort: 'name',
      cell: ({ id = 0, name }) => (
        <button
          type="button"
          className="link-button"
          aria-expanded={shown === id}
          onClick={() => onShow(shown === id ? undefined : id)}
        >
          {name}
        </button>
      ),
    },
    {
      id: 'state',
      label: t('state'),
      cell: ({ enabled }) => (
        <StateMark tone={enabled ? 'good' : 'quiet'}>{enabled ? t('on') : t('off')}</StateMark>
      ),
    },
    {
      id: 'target',
      label: t('target'),
      cell: ({ targets }) =>
        targets.map(({ type, address }) => (
          <div key={`${type} ${address}`} className="address">
            {type === 'slack' ? 'Slack' : 'HTTP'} {address}
          </div>
        )),
    },
    { id: 'events', label: t('events'), cell: ({ event_types }) => event_types.map(eventName).join(', ') },
    {
      id: 'last',
      label: t('last'),
      cell: ({ name = '' }) => {
        const time = lastOf(name);
        return time === undefined ? <Text size="sm">{t('never')}</Text> : <Moment time={time} />;
      },
    },
    {
      id: 'actions',
      label: t('table.actions'),
      cell: (policy) => <Actions policy={policy} onOpen={onOpen} turn={turn} />,
    },
  ];
}

/** One call for all of them. Names are unique in a project. */
function useLastTriggers(): (name: string) => string | undefined {
  const api = useApi();
  const { id } = useProject();
  const { data = [] } = useQuery({
    queryKey: ['webhooks', id, 'last'],
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id/webhook/lasttrigger', {
        params: { project_name_or_id: String(id) },
        signal,
      }),
  });
  return (name) =>
    data
      .filter(
        ({ policy_name, last_trigger_time }) =>
          policy_name === name && !last_trigger_time.startsWith('0001-'),
      )
      .map(({ last_trigger_time }) => last_trigger_time)
      .sort()
      .at(-1);
}

interface ActionsProps extends Pick<Options, 'onOpen' | 'turn'> {
  readonly policy: WebhookPolicy;
}

function Actions({ policy, onOpen, turn }: ActionsProps) {
  const { t } = useTranslation('webhooks');
  const { can } = useProject();
  const { name = '', enabled } = policy;
  const usual = (permission: 'notification-policy:update' | 'notification-policy:delete') =>
    ({
      size: 'compact-xs',
      variant: 'default',
      refusal: can(permission) ? undefined : t('mayNotChange'),
    }) as const;
  return (
    <span className="wide-actions">
      <ActionButton
        {...usual('notification-policy:update')}
        aria-label={t('edit.title', { name })}
        onClick={() => onOpen({ what: 'edit', policy })}
      >
        {t('edit.action')}
      </ActionButton>
      <ActionButton
        {...usual('notification-policy:update')}
        loading={turn.isPending && turn.variables.id === policy.id}
        aria-label={t(enabled ? 'turnOffNamed' : 'turnOnNamed', { name })}
        onClick={() => turn.mutate(policy)}
      >
        {enabled ? t('turnOff') : t('turnOn')}
      </ActionButton>
      <ActionButton
        {...usual('notification-policy:delete')}
        aria-label={t('deleteNamed', { name })}
        onClick={() => onOpen({ what: 'delete', policy })}
      >
        {t('dialog.delete')}
      </ActionButton>
    </span>
  );
}

type Turn = ReturnType<typeof useTurn>;

/** Switches one on or off. What the server says against it stands above the list. */
export function useTurn() {
  const { t } = useTranslation('webhooks');
  const api = useApi();
  const client = useQueryClient();
  const { id } = useProject();
  return useMutation({
    mutationFn: (policy: WebhookPolicy) =>
      api('PUT /projects/:project_name_or_id/webhook/policies/:webhook_policy_id', {
        params: { project_name_or_id: String(id), webhook_policy_id: policy.id ?? 0 },
        body: { ...policy, enabled: !policy.enabled },
      }),
    onSuccess: (_, { name = '', enabled }) =>
      notifications.show({ message: enabled ? t('turnedOff', { name }) : t('turnedOn', { name }) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  });
}
