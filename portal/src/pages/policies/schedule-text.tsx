import { Code, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RetentionPolicy } from '../../../../src/features/retention/retention.contract.ts';
import { bothZones, readSchedule } from '../../components/schedule.ts';
import { cronOf } from './rule-draft.ts';

/** When a policy runs, and next time in the server's zone and the reader's. */
export function ScheduleText({ policy }: { policy: RetentionPolicy | undefined }) {
  const { t, i18n } = useTranslation('policies');
  const cron = cronOf(policy);
  const { type } = readSchedule(cron);
  const next = policy?.trigger?.settings?.next_scheduled_time;
  return (
    <Text size="sm" mb="md">
      {t(`schedule.says.${type}`)} {type === 'Custom' && <Code>{cron}</Code>}{' '}
      {next !== undefined &&
        t('schedule.next', { time: bothZones(new Date(next), i18n.language).join(' = ') })}
    </Text>
  );
}
