import { Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../components/action-button.tsx';
import { useProject } from '../../components/project-context.ts';
import { Trouble } from '../../components/trouble.tsx';
import { Preview } from './preview.tsx';
import { type Opened, RetentionRules } from './retention-rules.tsx';
import { RetentionRuns } from './retention-runs.tsx';
import { RuleDialog } from './rule-dialog.tsx';
import { RunDialog } from './run-dialog.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { ScheduleText } from './schedule-text.tsx';
import { type RetentionState, useRetention } from './use-retention.ts';

export function RetentionTab() {
  const { t } = useTranslation('policies');
  const retention = useRetention();
  const [open, setOpen] = useState<Opened>();
  const close = () => setOpen(undefined);
  if (retention.error) return <Trouble error={retention.error} retry={retention.refetch} />;
  if (retention.loading) return <Skeleton height={200} mt="md" />;
  return (
    <>
      <Text size="sm" c="dimmed" my="sm">
        {t('retention.help')}
      </Text>
      <RetentionRules retention={retention} onOpen={setOpen} />
      {retention.rules.length > 0 && <Saved retention={retention} onOpen={setOpen} />}
      {retention.id !== undefined && <RetentionRuns policyId={retention.id} />}
      {(open === 'add' || typeof open === 'number') && (
        <RuleDialog retention={retention} place={open === 'add' ? undefined : open} onClose={close} />
      )}
      {open === 'schedule' && <ScheduleDialog retention={retention} onClose={close} />}
      {(open === 'run' || open === 'dry-run') && retention.id !== undefined && (
        <RunDialog
          policyId={retention.id}
          rules={retention.rules}
          dryRun={open === 'dry-run'}
          onClose={close}
        />
      )}
    </>
  );
}

/** When the saved rules run, and what they would do. */
function Saved({ retention, onOpen }: { retention: RetentionState; onOpen: (open: Opened) => void }) {
  const { t } = useTranslation('policies');
  const { can } = useProject();
  const [shown, setShown] = useState(false);
  const refusal = can('tag-retention:update') ? undefined : t('retention.mayNotChange');
  return (
    <section className="policy-section">
      <div className="section-head">
        <h2>{t('schedule.title')}</h2>
        <ActionButton size="xs" variant="default" refusal={refusal} onClick={() => onOpen('schedule')}>
          {t('schedule.change')}
        </ActionButton>
      </div>
      <ScheduleText policy={retention.policy} />
      <div className="section-head">
        <h2>{t('retention.what')}</h2>
        <ActionButton size="xs" variant="default" onClick={() => setShown(!shown)}>
          {shown ? t('preview.hide') : t('preview.show')}
        </ActionButton>
        <ActionButton size="xs" variant="default" refusal={refusal} onClick={() => onOpen('dry-run')}>
          {t('run.dryRun')}
        </ActionButton>
        <ActionButton size="xs" color="red.9" refusal={refusal} onClick={() => onOpen('run')}>
          {t('run.now')}
        </ActionButton>
      </div>
      {shown && <Preview rules={retention.rules} />}
    </section>
  );
}
