import { useTranslation } from 'react-i18next';
import { StateMark } from './state-mark.tsx';

const tones = {
  Pending: 'quiet',
  Scheduled: 'quiet',
  Running: 'busy',
  Success: 'good',
  Error: 'bad',
  Stopped: 'quiet',
} as const;

type State = keyof typeof tones;

const isState = (status: string): status is State => Object.hasOwn(tones, status);

/** The state of a run or a task, by Harbor's names of them. */
export function JobState({ status = '' }: { status?: string | undefined }) {
  const { t } = useTranslation();
  if (!isState(status)) return <>{status || '–'}</>;
  return <StateMark tone={tones[status]}>{t(`jobState.${status}`)}</StateMark>;
}
