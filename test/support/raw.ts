import { connect } from 'node:net';

/**
 * Sends bytes as they are, which no HTTP library would, and returns all that came back: until the server ends the
 * connection, or says nothing more for `quiet` milliseconds.
 */
export function sendRaw(base: string, bytes: string | Buffer, quiet = 300): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let received = '';
    const end = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(quiet, () => {
      // A busy machine may take longer for the first byte.
      if (received === '' && quiet < 5_000) socket.setTimeout(5_000, end);
      else end();
    });
    socket.on('data', (more) => (received += more.toString('latin1')));
    socket.once('close', end).once('error', end);
  });
}

/** Statuses of the answers in what came back, one for each request that was answered. */
export const statusesIn = (received: string): number[] =>
  [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

/** A request without anything tidied; it ends the connection, so that the answer is complete when it comes. */
export function rawRequest(method: string, target: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries({ Host: 'registry.test', Connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
