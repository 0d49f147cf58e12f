import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from '#src/database/pool.ts';
import { countTasks, type ExecutionRow, findExecution, type LogLine, readLines } from './executions.store.ts';

export interface Progress {
  readonly execution: ExecutionRow;
  /** Tasks by status. */
  readonly tasks: Readonly<Record<string, number>>;
  /** New since the last one. */
  readonly lines: readonly LogLine[];
  /** It has ended, and every line was told. */
  readonly ended: boolean;
}

const everyMilliseconds = 500;
const piece = 500;

/**
 * An execution's status, counters, results and new log lines, twice a second until it ends, the signal does, or the
 * execution is swept away.
 */
export async function* followExecution(db: Db, id: number, signal: AbortSignal): AsyncGenerator<Progress> {
  const read = new Map<number, number>();
  while (!signal.aborted) {
    // The status comes first: whoever ends a run has written its log before.
    const execution = await findExecution(db, id);
    if (execution === undefined) return;
    const tasks = await countTasks(db, id);
    const lines = await readLines(db, id, read, piece);
    for (const { task_id, line } of lines) read.set(task_id, line);
    const ended = execution.status !== 'Running' && lines.length < piece;
    yield { execution, tasks, lines, ended };
    if (ended) return;
    if (lines.length < piece) await delay(everyMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}
