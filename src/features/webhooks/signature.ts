import { createHmac } from 'node:crypto';

/**
 * Extension: `t=<unix seconds>,v1=<hex>`, an HMAC-SHA256 of time, dot and body under the target's secret. With the time
 * in it a receiver can refuse what somebody recorded and sends again (G-89).
 */
export function signatureOf(secret: string, body: Uint8Array, time: Date): string {
  const seconds = Math.floor(time.getTime() / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
