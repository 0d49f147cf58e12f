import { nameOf } from '#src/access/authorize.ts';
import { type Context, inTransaction } from '#src/context.ts';
import { type EventType, eventTypes } from '#src/events/emit.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { GuardedProject } from '#src/http/endpoint.ts';
import { OutgoingError } from '#src/outgoing/exchange.ts';
import { messageFor } from './payload.ts';
import { sampleOf } from './sample.ts';
import { isTaken, type Outcome, outcomeOf, type Sent, sendTo, shownHeaders } from './sending.ts';
import { checkedTargetAlone, type GivenTarget, targetRows } from './targets.ts';
import { listTargets, type TargetRow } from './webhooks.store.ts';
import { getPolicy, type WebhookParts } from './webhooks.ts';

export interface GivenTrial {
  readonly policy_id?: number | null | undefined;
  readonly event_type?: string | null | undefined;
  readonly target: GivenTarget;
}

interface Trial {
  readonly target: TargetRow;
  readonly message: Sent;
  readonly outcome: Outcome;
}

/** Test deliveries of a process at a time, each as long as a target may take. */
const mostAtOnce = 4;
/** Of one project, within a minute: enough to put a receiver right, too few to look for open ports. */
const mostEach = 10;
const minute = 60_000;

/** The test deliveries that this process sends. */
export class Trials {
  readonly #parts: WebhookParts;
  readonly #recent = new Map<number, number[]>();
  #running = 0;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  /** Sends a sample event now and tells what came back. Nothing of it is kept but the audit entry. */
  async deliver(ctx: Context, project: GuardedProject, given: GivenTrial): Promise<Trial> {
    const type = typeOf(given.event_type);
    const checked = checkedTargetAlone(given.target);
    // Through the project, so that nobody's secrets are lent to another project (R1).
    const policy = given.policy_id ? await getPolicy(ctx, project, given.policy_id) : undefined;
    const before = policy ? await listTargets(ctx.db, [policy.id]) : [];
    const [row] = targetRows(this.#parts.secretKey, [checked], before);
    if (row === undefined) throw new Error('one target makes one row');
    const target = { ...row, policy_id: policy?.id ?? 0 };
    const sample = sampleOf(type, { project, host: this.#parts.host, operator: nameOf(ctx.who) });
    const { contentType, body } = messageFor(sample, target);
    const message = {
      delivery: sample.event.uuid,
      eventType: type,
      contentType,
      body: Buffer.from(body),
    };
    await this.#parts.outgoing.checkAddress(target.address);
    return this.#within(project.id, async () => {
      await recordTrial(ctx, project, { policy: policy?.name, target, type });
      return { target, message, outcome: await this.#send(ctx, target, message) };
    });
  }

  async #send({ signal }: Context, target: TargetRow, message: Sent): Promise<Outcome> {
    const began = performance.now();
    try {
      return outcomeOf(await sendTo(this.#parts, target, message, { signal, test: true }), began);
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      // One of few sentences: it tells nothing about the network (S-011).
      return { milliseconds: Math.round(performance.now() - began), error: error.message };
    }
  }

  async #within<T>(projectId: number, work: () => Promise<T>): Promise<T> {
    const now = performance.now();
    for (const [id, times] of this.#recent) {
      if ((times.at(-1) ?? 0) < now - minute) this.#recent.delete(id);
    }
    const times = (this.#recent.get(projectId) ?? []).filter((time) => time > now - minute);
    if (times.length >= mostEach || this.#running >= mostAtOnce) {
      throw new Failure(
        'TOO_MANY_REQUEST',
        `a project sends at most ${mostEach} test deliveries a minute, and a process ${mostAtOnce} at a time: try again later`,
        { headers: { 'retry-after': '10' } },
      );
    }
    this.#recent.set(projectId, [...times, now]);
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}

function typeOf(given: string | null | undefined): EventType {
  const type = eventTypes.find((known) => known === (given || 'PUSH_ARTIFACT'));
  if (type === undefined) throw new Failure('BAD_REQUEST', `unsupported event type ${given ?? ''}`);
  return type;
}

/** Before it is sent: what left the registry is on record, whatever came of it. */
function recordTrial(
  ctx: Context,
  project: GuardedProject,
  { policy, target, type }: { policy: string | undefined; target: TargetRow; type: EventType },
): Promise<void> {
  return inTransaction(ctx, (ctx) =>
    record(ctx, {
      operation: 'update',
      resource_type: 'webhook',
      resource: `${project.name}/${policy ?? 'test delivery'}`,
      project_id: project.id,
      detail: { test_delivery: true, event_type: type, target: new URL(target.address).origin },
    }),
  );
}

/** As it is answered. */
export function presentTrial({ target, message, outcome }: Trial) {
  return {
    request: {
      method: 'POST',
      address: target.address,
      headers: shownHeaders(message, target, true),
      body: message.body.toString(),
    },
    answer: outcome,
    accepted: outcome.status !== undefined && isTaken(outcome.status),
  };
}
