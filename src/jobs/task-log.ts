import type { Database } from '#src/database/pool.ts';
import { statement } from '#src/database/pool.ts';

const append = statement<never>(
  'append-task-log',
  `insert into task_log (task_id, logged_at, text)
     select $1, l.at, l.text from unnest($2::timestamptz[], $3::text[]) with ordinality as l(at, text, ord)
      where exists (select from task where id = $1) order by l.ord`,
);

const longestLine = 8_192;
/** A job that never stops talking must not fill the database. */
const mostLines = 200_000;
const flushMilliseconds = 500;

/** The log of one running task: lines reach the database within half a second, in order, while it runs. */
export class TaskLog {
  readonly #database: Database;
  readonly #taskId: number;
  #lines: { at: string; text: string }[] = [];
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(database: Database, taskId: number) {
    this.#database = database;
    this.#taskId = taskId;
  }

  note(line: string): void {
    this.#count += 1;
    if (this.#count > mostLines) return;
    // PostgreSQL's text holds no NUL; line breaks would fake further lines (G-65).
    const text = line.replace(/[\0\r\n]+/g, ' ').slice(0, longestLine);
    const last = this.#count === mostLines ? `${text} (the log ends here: it has ${mostLines} lines)` : text;
    this.#lines.push({ at: new Date().toISOString(), text: last });
    this.#timer ??= setTimeout(() => void this.flush(), flushMilliseconds);
    if (this.#lines.length >= 1_000) void this.flush();
  }

  /** Never throws: what a log lost must not fail the job. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) {
      this.#writing = this.#writing.then(async () => {
        const values = [this.#taskId, lines.map(({ at }) => at), lines.map(({ text }) => text)];
        await this.#database.query(append, values).catch(() => undefined);
      });
    }
    return this.#writing;
  }
}
