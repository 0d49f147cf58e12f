import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const colours = {
  Pending: 'gray',
  Scheduled: 'gray',
  Running: 'sea',
  Success: 'green.9',
  Error: 'red.9',
  Stopped: 'gray',
} as const;

type State = keyof typeof colours;

const isState = (status: string): status is State => Object.hasOwn(colours, status);

/** The state of a run or a task, by Harbor's names of them. */
export function JobState({ status = '' }: { status?: string | undefined }) {
  const { t } = useTranslation();
  if (!isState(status)) return <>{status || '–'}</>;
  return (
    <Badge variant={status === 'Error' ? 'filled' : 'outline'} color={colours[status]}>
      {t(`jobState.${status}`)}
    </Badge>
  );
}
