import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every shape
  readonly body: any;
}

export interface TestTarget {
  readonly url: string;
  readonly received: Received[];
  /** Waits until it has received as many. */
  has(count: number): Promise<readonly Received[]>;
  close(): void;
}

/** Where webhooks are sent in tests: a server on loopback. */
export async function startTarget(
  answer: (response: ServerResponse, received: Received, count: number) => void = (response) =>
    void response.end('ok'),
): Promise<TestTarget> {
  const received: Received[] = [];
  let heard = () => undefined as void;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one = { headers: request.headers, text, body: JSON.parse(text) };
      received.push(one);
      answer(response, one, received.length);
      heard();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async has(count) {
      while (received.length < count) await new Promise<void>((resolve) => (heard = resolve));
      return received;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
