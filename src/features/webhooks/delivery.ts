import { Type } from 'typebox';
import { inTransaction } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { defineJob, FinalFailure, type JobRun } from '#src/jobs/job.ts';
import type { OutgoingAnswer } from '#src/outgoing/exchange.ts';
import { findTarget, type LiveTarget, noteFailure, noteSuccess } from './delivery.store.ts';
import { isTaken, type Outcome, outcomeOf, sendTo } from './sending.ts';
import type { WebhookParts } from './webhooks.ts';

const Delivery = Type.Object({
  target_id: Type.String(),
  /** The event's: the same in every try and for every target. */
  delivery: Type.String(),
  event_type: Type.String(),
  content_type: Type.String(),
  body: Type.String(),
});

/** What a task carries. */
export interface DeliveryPayload {
  readonly target_id: string;
  readonly delivery: string;
  readonly event_type: string;
  readonly content_type: string;
  readonly body: string;
}

/** Longest pause between two tries (s). */
const longestPause = 600;

/**
 * Harbor's two queues. Each target is a lane of its own: what waits for one never stands before what waits for
 * another. A delivery that was cut off by a kill is taken up after the lease and may arrive twice, with the same id.
 */
export function jobsOf({
  webhookAttempts,
  webhookTimeoutSeconds,
}: Pick<WebhookParts, 'webhookAttempts' | 'webhookTimeoutSeconds'>) {
  const usual = {
    payload: Delivery,
    attempts: webhookAttempts,
    pause: (attempt: number) => Math.min(2 ** attempt, longestPause),
    limit: 8,
    // A try ends within its timeout; signs of life come every 5 s.
    lease: webhookTimeoutSeconds + 9,
  };
  return {
    http: defineJob({ name: 'WEBHOOK', laneLimit: 4, ...usual }),
    // Harbor: one at a time; Slack takes about one message a second.
    slack: defineJob({ name: 'SLACK', laneLimit: 1, ...usual }),
  } as const;
}

export async function deliver(run: JobRun, parts: WebhookParts, payload: DeliveryPayload): Promise<void> {
  if (!run.live.get('notification_enable')) {
    throw new FinalFailure('webhooks were switched off (notification_enable) before it was delivered');
  }
  const target = await findTarget(run.db, payload.target_id);
  if (target === undefined) throw new FinalFailure('the target was taken out of the policy');
  if (!target.enabled) throw new FinalFailure('the policy was switched off before it was delivered');
  const body = Buffer.from(payload.body);
  run.note(`try ${run.attempt}: POST ${target.address}, ${payload.event_type}, ${body.length} bytes`);
  const began = performance.now();
  const answer = await send(run, parts, { target, payload, body, began });
  const outcome = outcomeOf(answer, began);
  const length = `${answer.complete ? '' : 'more than '}${answer.body.length} bytes`;
  run.note(`answered ${answer.status} with ${length} after ${outcome.milliseconds} ms`);
  await reportTry(run, target, outcome);
  if (isTaken(answer.status)) {
    if (target.failures > 0) await inTransaction(run, (ctx) => noteSuccess(ctx, target.id));
    return;
  }
  await inTransaction(run, (ctx) => noteFailure(ctx, target.id, secondsAsked(answer)));
  const hint = answer.status >= 300 && answer.status < 400 ? '; redirects are not followed' : '';
  throw new Error(`the target answered ${answer.status}${hint}`);
}

interface Attempt {
  readonly target: LiveTarget;
  readonly payload: DeliveryPayload;
  readonly body: Buffer;
  readonly began: number;
}

async function send(
  run: JobRun,
  parts: WebhookParts,
  { target, payload, body, began }: Attempt,
): Promise<OutgoingAnswer> {
  const { delivery, event_type: eventType, content_type: contentType } = payload;
  try {
    return await sendTo(parts, target, { delivery, eventType, contentType, body }, run);
  } catch (error) {
    const milliseconds = Math.round(performance.now() - began);
    if (!run.signal.aborted) await reportTry(run, target, { milliseconds, error: (error as Error).message });
    // The address is refused: another try would be, too.
    if (error instanceof Failure) throw new FinalFailure(error.message, { cause: error });
    if (!run.signal.aborted) await inTransaction(run, (ctx) => noteFailure(ctx, target.id));
    throw error;
  }
}

/** What the last try came to stands with the task, as the log tells of all of them. */
const reportTry = (run: JobRun, { address }: LiveTarget, answer: Outcome): Promise<void> =>
  run.report({ address, answer });

/** `Retry-After` of a target that is asked too much (429) or rests (503), in seconds, at most as long as any pause. */
function secondsAsked({ status, headers }: OutgoingAnswer): number {
  const asked = Number(headers['retry-after']);
  return (status === 429 || status === 503) && asked > 0 ? Math.min(asked, longestPause) : 0;
}
