import { carryOut, type CarriedOut } from '#src/jobs/job.ts';
import { deliver, jobsOf } from './delivery.ts';
import type { WebhookParts } from './webhooks.ts';

/** Deliveries, by Harbor's two queues. */
export function carryOutWebhooks(parts: WebhookParts): readonly CarriedOut[] {
  const { http, slack } = jobsOf(parts);
  return [http, slack].map((job) => carryOut(job, (run, payload) => deliver(run, parts, payload)));
}
