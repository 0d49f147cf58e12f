import type { Db } from '#src/database/pool.ts';
import { Streamed } from '#src/http/endpoint.ts';
import { type LogLine, readLines, readTaskLines } from './executions.store.ts';

/** A log may have 200,000 lines of 8 KiB: it is read and sent in pieces. */
const piece = 500;

export const textOf = ({ logged_at, text }: LogLine): string => `${logged_at.toISOString()} ${text}\n`;

/** What an execution has logged so far, all its tasks, as text. */
export function executionLog(db: Db, executionId: number): Streamed {
  return asText(async function* () {
    const read = new Map<number, number>();
    for (;;) {
      const lines = await readLines(db, executionId, read, piece);
      for (const { task_id, line } of lines) read.set(task_id, line);
      yield lines;
      if (lines.length < piece) return;
    }
  });
}

/** The same of one task. */
export function taskLog(db: Db, taskId: number): Streamed {
  return asText(async function* () {
    let after = 0;
    for (;;) {
      const lines = await readTaskLines(db, taskId, after, piece);
      yield lines;
      if (lines.length < piece) return;
      after = lines.at(-1)?.line ?? after;
    }
  });
}

function asText(read: () => AsyncIterable<LogLine[]>): Streamed {
  return new Streamed('text/plain; charset=utf-8', async function* (signal) {
    for await (const lines of read()) {
      if (signal.aborted) return;
      if (lines.length > 0) yield lines.map(textOf).join('');
    }
  });
}
