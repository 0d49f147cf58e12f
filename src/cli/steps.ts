import type { Progress } from '#src/features/executions/index.ts';

type Seen = Pick<Progress, 'tasks'> & {
  readonly execution: Pick<Progress['execution'], 'extra_attrs' | 'result'>;
};

/** How far a run is: of its tasks, or of what its only task counts; `busy` where nobody knows the end. */
export function stepsOf({
  execution,
  tasks,
}: Seen): { done: number; total: number; what: string } | { busy: string } {
  const total = Object.values(tasks).reduce((sum, count) => sum + count, 0);
  const open = ['Pending', 'Scheduled', 'Running'].reduce((sum, name) => sum + (tasks[name] ?? 0), 0);
  if (total !== 1) return { done: total - open, total, what: 'tasks' };
  const counts = numbersIn({ ...execution.extra_attrs, ...execution.result });
  const { total: items, done = 0, skipped = 0, failed = 0 } = counts;
  if (items !== undefined && 'done' in counts)
    return { done: done + skipped + failed, total: items, what: 'items' };
  if (tasks['Running'] === undefined) return { busy: 'waiting for a process that runs it' };
  const told = Object.entries(numbersIn(execution.result ?? {})).slice(0, 3);
  return { busy: told.map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`).join(', ') };
}

function numbersIn(attributes: Record<string, unknown>): Partial<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(attributes).filter((one): one is [string, number] => typeof one[1] === 'number'),
  );
}
