import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { useProject } from '../../components/project-context.ts';
import { FormTrouble } from '../../components/trouble.tsx';
import { Exchange } from './exchange.tsx';
import { isKnown, targetOf, type WebhookDraft } from './webhook-draft.ts';

interface TestDeliveryProps {
  readonly draft: WebhookDraft;
  /** Of a saved one, whose secrets are used where the form shows stars. */
  readonly policyId: number | undefined;
}

/** Sends a sample event to the target as it stands in the form, before anything is saved. */
export function TestDelivery({ draft, policyId }: TestDeliveryProps) {
  const { t } = useTranslation('webhooks');
  const api = useApi();
  const { id } = useProject();
  const [chosen, setChosen] = useState<string>();
  const event = chosen !== undefined && draft.events.includes(chosen) ? chosen : draft.events[0];
  const test = useMutation({
    mutationFn: () =>
      api('POST /projects/:project_name_or_id/webhook/test', {
        params: { project_name_or_id: String(id) },
        body: { policy_id: policyId ?? null, event_type: event ?? null, target: targetOf(draft) },
      }),
  });
  return (
    <div className="test-delivery">
      <Group align="end">
        <NativeSelect
          label={t('test.event')}
          value={event ?? ''}
          data={draft.events.map((one) => ({ value: one, label: isKnown(one) ? t(`event.${one}`) : one }))}
          onChange={(change) => setChosen(change.currentTarget.value)}
        />
        <Button
          variant="default"
          loading={test.isPending}
          disabled={draft.address.trim() === '' || event === undefined}
          onClick={() => test.mutate()}
        >
          {t('test.send')}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt="xs">
        {t('test.help')}
      </Text>
      <FormTrouble error={test.error} />
      {test.data && <Exchange request={test.data.request} answer={test.data.answer} />}
    </div>
  );
}
