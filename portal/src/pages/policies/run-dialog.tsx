import { Alert, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RetentionRule } from '../../../../src/features/retention/retention.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { Preview } from './preview.tsx';

interface RunDialogProps {
  readonly policyId: number;
  readonly rules: readonly RetentionRule[];
  readonly dryRun: boolean;
  readonly onClose: () => void;
}

/** Says what will go before it does. */
export function RunDialog({ policyId, rules, dryRun, onClose }: RunDialogProps) {
  const { t } = useTranslation('policies');
  const api = useApi();
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: () =>
      api('POST /retentions/:id/executions', { params: { id: policyId }, body: { dry_run: dryRun } }),
    onSuccess: async () => {
      notifications.show({ message: dryRun ? t('run.dryStarted') : t('run.started') });
      onClose();
      await client.invalidateQueries({ queryKey: ['retention-runs', policyId] });
    },
  });
  return (
    <FormDialog
      title={dryRun ? t('run.dryRun') : t('run.now')}
      size="lg"
      action={dryRun ? t('run.dryRun') : t('run.now')}
      dangerous={!dryRun}
      pending={run.isPending}
      error={run.error}
      onClose={onClose}
      onSubmit={() => run.mutate()}
    >
      {dryRun ? <Text size="sm">{t('run.dryHelp')}</Text> : <Alert color="yellow">{t('run.warning')}</Alert>}
      <Preview rules={rules} />
    </FormDialog>
  );
}
