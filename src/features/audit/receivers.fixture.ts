import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { firstCertificate } from '#test/support/certificates.ts';

/** A syslog receiver on loopback, as far as a test needs one. */
export interface TestReceiver {
  /** As audit_log_forward_endpoint takes it. */
  readonly endpoint: string;
  readonly port: number;
  /** What arrived whole, in order. */
  readonly messages: string[];
  close(): Promise<void>;
}

export interface ReceiverOptions {
  readonly port?: number;
  /** What to do with each connection instead of reading it. */
  readonly serve?: (socket: Socket, messages: string[]) => void;
}

export function startReceiver(
  protocol: 'udp' | 'tcp' | 'tls',
  options: ReceiverOptions = {},
): Promise<TestReceiver> {
  return protocol === 'udp' ? startDatagrams(options) : startStream(protocol, options);
}

async function startDatagrams({ port = 0 }: ReceiverOptions): Promise<TestReceiver> {
  const messages: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message) => messages.push(message.toString()));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  const bound = socket.address().port;
  return {
    endpoint: `udp://127.0.0.1:${bound}`,
    port: bound,
    messages,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

async function startStream(protocol: 'tcp' | 'tls', options: ReceiverOptions): Promise<TestReceiver> {
  const messages: string[] = [];
  const open = new Set<Socket>();
  const serve = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    (options.serve ?? readMessages)(socket, messages);
  };
  const { certificate: cert, key } = firstCertificate;
  const server: Server = protocol === 'tcp' ? createPlain(serve) : createTls({ cert, key }, serve);
  server.on('tlsClientError', () => undefined);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `${protocol}://127.0.0.1:${port}`,
    port,
    messages,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Takes octet counted messages apart. */
function readMessages(socket: Socket, messages: string[]): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const blank = rest.indexOf(' ');
      const length = Number(rest.subarray(0, blank).toString());
      if (blank < 1 || rest.length < blank + 1 + length) return;
      messages.push(rest.subarray(blank + 1, blank + 1 + length).toString());
      rest = rest.subarray(blank + 1 + length);
    }
  });
}

/** The JSON of a message, and its header's fields. */
export function parsed(message: string): { header: string[]; row: Record<string, unknown> } {
  const at = message.indexOf(' {');
  return {
    header: message.slice(0, at).split(' '),
    row: JSON.parse(message.slice(at + 1)) as Record<string, unknown>,
  };
}
