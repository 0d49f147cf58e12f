import type { Context } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { Streamed } from '#src/http/endpoint.ts';
import { followExecution, type Progress } from './follow.ts';

/** Each one asks the database twice a second. */
const mostStreams = 50;
/** Load balancers cut what says nothing for a minute. */
const silenceMilliseconds = 15_000;

/** Event streams that this process sends. */
export class EventStreams {
  #open = 0;

  /** A run's progress as server-sent events, for whom the caller has found that he may see it. */
  of(ctx: Context, id: number): Streamed {
    if (this.#open >= mostStreams) {
      throw new Failure(
        'TOO_MANY_REQUEST',
        `this process follows ${mostStreams} runs already: ask again later`,
      );
    }
    return new Streamed('text/event-stream; charset=utf-8', (signal) => this.#send(ctx, id, signal));
  }

  async *#send(ctx: Context, id: number, signal: AbortSignal): AsyncGenerator<string> {
    this.#open += 1;
    try {
      let said = '';
      let spoke = performance.now();
      for await (const progress of followExecution(ctx.db, id, signal)) {
        const status = event('status', statusOf(progress));
        const text =
          (status === said ? '' : status) + linesOf(progress) + (progress.ended ? event('end', {}) : '');
        said = status;
        if (text === '' && performance.now() - spoke < silenceMilliseconds) continue;
        spoke = performance.now();
        yield text === '' ? ': still here\n\n' : text;
      }
    } finally {
      this.#open -= 1;
    }
  }
}

function statusOf({ execution, tasks }: Progress): object {
  const { id, vendor_type, status, status_message, extra_attrs, result, start_time, end_time } = execution;
  return {
    id,
    vendor_type,
    status,
    ...(status_message !== '' && { status_message }),
    metrics: Object.fromEntries(
      Object.entries(tasks).map(([name, count]) => [`${name.toLowerCase()}_task_count`, count]),
    ),
    extra_attrs: { ...extra_attrs, ...result },
    start_time: start_time.toISOString(),
    ...(end_time && { end_time: end_time.toISOString() }),
  };
}

function linesOf({ lines }: Progress): string {
  return lines
    .map(({ task_id, logged_at, text }) => event('log', { task_id, time: logged_at.toISOString(), text }))
    .join('');
}

// JSON has no line breaks, so nothing in it can end the event.
const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
