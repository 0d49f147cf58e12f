import { Group, Progress, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { isOver, type RunSource, type RunStatus, useRunProgress } from '../api/run-progress.ts';
import { JobState } from './job-state.tsx';
import { LogView } from './log-view.tsx';
import { Trouble } from './trouble.tsx';

interface Amount {
  readonly done: number;
  readonly total: number;
}

interface JobProgressProps {
  /** What runs: the name of progress bar and log. Give the element a `key` of the run's own. */
  readonly label: string;
  readonly source: RunSource;
  /** How far it is; its tasks are counted unless the kind of run knows better. Undefined: it cannot say. */
  readonly amount?: (status: RunStatus) => Amount | undefined;
  /** Its log stands somewhere else. */
  readonly withoutLog?: boolean;
  /** Called once, when it has ended. */
  readonly onEnd?: () => void;
  /** Results, as far as they are known, and what can be done with the run. */
  readonly children?: (status: RunStatus) => ReactNode;
}

/** A run as it goes on: state, progress, results, log. */
export function JobProgress({ label, source, amount = tasksOf, onEnd, ...props }: JobProgressProps) {
  const { t } = useTranslation();
  const { status, lines, ended, error } = useRunProgress(source);
  const told = useRef(false);
  useEffect(() => {
    if (!ended || told.current) return;
    told.current = true;
    onEnd?.();
  }, [ended, onEnd]);
  if (error) return <Trouble error={error} />;
  if (!status) return <p role="status">{t('table.loading')}</p>;
  return (
    <div className="job-progress">
      <RunBar label={label} status={status} amount={amount(status)} />
      {status.status_message !== undefined && status.status_message !== '' && (
        <Text size="sm" mt="xs" className="server-words">
          {status.status_message}
        </Text>
      )}
      {props.children?.(status)}
      {props.withoutLog !== true && (
        <LogView label={t('log.of', { name: label })} lines={lines} growing={!ended} />
      )}
    </div>
  );
}

interface RunBarProps {
  readonly label: string;
  readonly status: RunStatus;
  readonly amount: Amount | undefined;
}

/** State and progress in a line: for runs that are followed in another way. */
export function RunBar({ label, status, amount }: RunBarProps) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const running = !isOver(status);
  const share = amount && amount.total > 0 ? (amount.done / amount.total) * 100 : running ? undefined : 100;
  return (
    <Group my="sm" gap="sm">
      <JobState status={status.status} />
      {running && (
        <Progress
          className="job-bar"
          // Without a number it only says that something goes on.
          value={share ?? 100}
          animated={share === undefined}
          aria-label={label}
          {...(share === undefined ? { 'aria-valuetext': t('job.underWay') } : {})}
        />
      )}
      {amount && (
        <Text size="sm" role="status">
          {t('job.amount', { done: number.format(amount.done), total: number.format(amount.total) })}
        </Text>
      )}
    </Group>
  );
}

/** How many of its tasks have ended. */
export function tasksOf({ metrics = {} }: RunStatus): Amount | undefined {
  // The stream names only states that occur; the API counts them all, and their sum too.
  const { task_count: sum, ...states } = metrics;
  const total = sum ?? Object.values(states).reduce<number>((all, count = 0) => all + count, 0);
  const count = (state: string) => metrics[`${state}_task_count`] ?? 0;
  return total > 0 ? { done: count('success') + count('error') + count('stopped'), total } : undefined;
}
