import { connect } from 'node:net';
import { parseEndpoint } from '#src/config/live-rules.ts';

/** Longer than any network in between takes, shorter than a person waits (ms). */
const patience = 5_000;

/**
 * Harbor: an address for audit entries is only taken when a connection to it can be made. What is sent by UDP cannot
 * be asked.
 */
export async function accepts(address: string, signal: AbortSignal): Promise<boolean> {
  const endpoint = parseEndpoint(address);
  if (endpoint === undefined || endpoint.protocol === 'udp') return endpoint !== undefined;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({
    host: endpoint.host,
    port: endpoint.port,
    signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
  });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
