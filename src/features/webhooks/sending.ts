import type { OutgoingAnswer } from '#src/outgoing/exchange.ts';
import { signatureOf } from './signature.ts';
import { mask, secretOf } from './targets.ts';
import type { TargetRow } from './webhooks.store.ts';
import type { WebhookParts } from './webhooks.ts';

export interface Sent {
  /** Names the event: the same in every try and for every target. */
  readonly delivery: string;
  readonly eventType: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Of an answer only its length is of interest, and that it ends. */
const mostAnswerBytes = 64 * 1024;

/** One POST to a target, by the guarded client. Its secrets are opened here and nowhere else. */
export function sendTo(
  { outgoing, secretKey, webhookTimeoutSeconds }: WebhookParts,
  target: TargetRow,
  message: Sent,
  { signal, test = false }: { signal: AbortSignal; test?: boolean },
): Promise<OutgoingAnswer> {
  const authorization = secretOf(secretKey, target, 'auth_header');
  const secret = secretOf(secretKey, target, 'secret');
  const milliseconds = webhookTimeoutSeconds * 1000;
  return outgoing.send({
    method: 'POST',
    url: target.address,
    headers: {
      ...plainHeaders(message),
      ...(test && { 'x-moorage-test': 'true' }),
      ...(authorization !== undefined && { authorization }),
      ...(secret !== undefined && { 'x-moorage-signature': signatureOf(secret, message.body, new Date()) }),
    },
    body: message.body,
    deadlines: { connect: milliseconds, head: milliseconds, whole: milliseconds },
    mostBytes: mostAnswerBytes,
    skipCertVerify: target.skip_cert_verify,
    signal,
  });
}

const plainHeaders = ({ contentType, eventType, delivery }: Omit<Sent, 'body'>) => ({
  'content-type': contentType,
  'x-moorage-event': eventType,
  'x-moorage-delivery': delivery,
});

/** The headers as people may see them. */
export const shownHeaders = (
  message: Omit<Sent, 'body'>,
  target: Pick<TargetRow, 'auth_header' | 'secret'>,
  test = false,
): Record<string, string> => ({
  ...plainHeaders(message),
  ...(test && { 'x-moorage-test': 'true' }),
  ...(target.auth_header !== null && { authorization: mask }),
  ...(target.secret !== null && { 'x-moorage-signature': mask }),
});

/** What came back: the status and the length, never the content, which may be somebody else's (S-036). */
export interface Outcome {
  readonly status?: number;
  readonly bytes?: number;
  /** False: the answer was longer and was cut off. */
  readonly complete?: boolean;
  readonly milliseconds: number;
  /** Why there was no answer. */
  readonly error?: string;
}

export const outcomeOf = ({ status, body, complete }: OutgoingAnswer, began: number): Outcome => ({
  status,
  bytes: body.length,
  complete,
  milliseconds: Math.round(performance.now() - began),
});

export const isTaken = (status: number): boolean => status >= 200 && status < 300;
