import { Alert, Checkbox, Fieldset, NativeSelect, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookPolicy } from '../../../../src/features/webhooks/webhooks.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { EventChoice } from './event-choice.tsx';
import { TestDelivery } from './test-delivery.tsx';
import { bodyOf, draftOf, losesSecrets, newWebhook, type WebhookDraft } from './webhook-draft.ts';
import { PasswordField } from '../../components/password-field.tsx';

export function WebhookDialog({
  policy,
  onClose,
}: {
  policy: WebhookPolicy | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation('webhooks');
  const [draft, setDraft] = useState<WebhookDraft>(() => (policy ? draftOf(policy) : newWebhook));
  const save = useSave(policy, onClose);
  const known = useKnown();
  const change = (part: Partial<WebhookDraft>) => {
    save.reset();
    setDraft({ ...draft, ...part });
  };
  const whole = draft.name.trim() !== '' && draft.address.trim() !== '' && draft.events.length > 0;
  return (
    <FormDialog
      title={policy ? t('edit.title', { name: policy.name }) : t('add')}
      size="lg"
      action={t('save')}
      pending={save.isPending}
      disabled={!whole}
      error={save.error}
      onClose={onClose}
      onSubmit={() => save.mutate(draft)}
    >
      <TextInput
        label={t('name')}
        required
        data-autofocus
        autoComplete="off"
        maxLength={256}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <Target draft={draft} formats={known.formats} onChange={change} />
      {losesSecrets(draft, policy) && <Alert color="yellow">{t('edit.secretsGo')}</Alert>}
      <EventChoice events={known.events} value={draft.events} onChange={(events) => change({ events })} />
      <TestDelivery draft={draft} policyId={policy?.id} />
    </FormDialog>
  );
}

interface TargetProps {
  readonly draft: WebhookDraft;
  readonly formats: readonly string[];
  readonly onChange: (part: Partial<WebhookDraft>) => void;
}

function Target({ draft, formats, onChange }: TargetProps) {
  const { t } = useTranslation('webhooks');
  return (
    <Fieldset legend={t('target')}>
      <NativeSelect
        label={t('type')}
        value={draft.type}
        data={[
          { value: 'http', label: t('http') },
          { value: 'slack', label: 'Slack' },
        ]}
        onChange={(event) => onChange({ type: event.currentTarget.value === 'slack' ? 'slack' : 'http' })}
      />
      <TextInput
        mt="sm"
        type="url"
        label={t('address')}
        description={t('addressHelp')}
        placeholder="https://ci.example.com/hooks/registry"
        required
        autoComplete="off"
        maxLength={2_048}
        value={draft.address}
        onChange={(event) => onChange({ address: event.currentTarget.value })}
      />
      {draft.type === 'http' && (
        <NativeSelect
          mt="sm"
          label={t('format')}
          value={draft.format}
          data={[...formats]}
          onChange={(event) => onChange({ format: event.currentTarget.value })}
        />
      )}
      <Secrets draft={draft} onChange={onChange} />
      <Checkbox
        mt="sm"
        label={t('verify')}
        checked={draft.verify}
        onChange={(event) => onChange({ verify: event.currentTarget.checked })}
      />
    </Fieldset>
  );
}

function Secrets({ draft, onChange }: Omit<TargetProps, 'formats'>) {
  const { t } = useTranslation('webhooks');
  const usual = {
    mt: 'sm',
    autoComplete: 'new-password',
    visibilityToggleButtonProps: { 'aria-label': t('showSecret') },
  };
  return (
    <>
      <PasswordField
        {...usual}
        label={t('authHeader')}
        description={t('authHeaderHelp')}
        maxLength={4_096}
        value={draft.authHeader}
        onChange={(event) => onChange({ authHeader: event.currentTarget.value })}
      />
      <PasswordField
        {...usual}
        label={t('secret')}
        description={t('secretHelp')}
        maxLength={1_024}
        value={draft.secret}
        onChange={(event) => onChange({ secret: event.currentTarget.value })}
      />
    </>
  );
}

/** What this server can tell of, and how. */
function useKnown(): { events: readonly string[]; formats: readonly string[] } {
  const api = useApi();
  const { id } = useProject();
  const { data } = useQuery({
    queryKey: ['webhook-events'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      api('GET /projects/:project_name_or_id/webhook/events', {
        params: { project_name_or_id: String(id) },
        signal,
      }),
  });
  const formats = data?.payload_formats.find(({ notify_type }) => notify_type === 'http')?.formats;
  return { events: data?.event_type ?? [], formats: formats ?? ['Default'] };
}

function useSave(policy: WebhookPolicy | undefined, onClose: () => void) {
  const { t } = useTranslation('webhooks');
  const api = useApi();
  const client = useQueryClient();
  const project_name_or_id = String(useProject().id);
  return useMutation({
    mutationFn: async (draft: WebhookDraft) => {
      const body = bodyOf(draft, policy);
      if (policy === undefined) {
        await api('POST /projects/:project_name_or_id/webhook/policies', {
          params: { project_name_or_id },
          body,
        });
      } else {
        await api('PUT /projects/:project_name_or_id/webhook/policies/:webhook_policy_id', {
          params: { project_name_or_id, webhook_policy_id: policy.id ?? 0 },
          body,
        });
      }
    },
    onSuccess: async (_, { name }) => {
      notifications.show({ message: t('saved', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: ['webhooks'] });
    },
  });
}
