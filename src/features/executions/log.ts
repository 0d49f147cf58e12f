import type { Db } from '#src/database/pool.ts';
import { Streamed } from '#src/http/endpoint.ts';
import { type LogLine, readLines, readTaskText } from './executions.store.ts';

/** A log may have 200,000 lines of 8 KiB: it is read and sent in pieces. */
const piece = 500;
/** Of short lines, after which longer ones may come: 32 MiB at the worst. */
const longestPiece = 4_000;

export const textOf = ({ logged_at, text }: LogLine): string => `${logged_at.toISOString()} ${text}\n`;

/** What an execution has logged so far, all its tasks, as text. */
export function executionLog(db: Db, executionId: number): Streamed {
  return asText(async function* () {
    const read = new Map<number, number>();
    for (;;) {
      const lines = await readLines(db, executionId, read, piece);
      for (const { task_id, line } of lines) read.set(task_id, line);
      yield lines.map(textOf).join('');
      if (lines.length < piece) return;
    }
  });
}

/** The same of one task. */
export function taskLog(db: Db, taskId: number): Streamed {
  return asText(async function* () {
    let limit = piece;
    let read = readTaskText(db, taskId, 0, limit);
    for (;;) {
      const { text, lines, last } = await read;
      if (lines < limit) return yield text;
      // Most lines are short, and then one call brings more of them: about 512 KiB.
      limit = Math.min(Math.max(piece, Math.floor((512 * 1024 * lines) / text.length)), longestPiece);
      // While this piece is sent, the next is read.
      read = readTaskText(db, taskId, last, limit);
      read.catch(() => undefined);
      yield text;
    }
  });
}

function asText(read: () => AsyncIterable<string>): Streamed {
  return new Streamed('text/plain; charset=utf-8', async function* (signal) {
    for await (const text of read()) {
      if (signal.aborted) return;
      if (text !== '') yield text;
    }
  });
}
