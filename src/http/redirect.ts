import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A host name, IPv4 or bracketed IPv6 address, and possibly a port; nothing that could lead elsewhere. */
const hostHeader = /^([A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Where a plain request is sent: the same host and path over TLS on `port`. Undefined for a request that names
 * no usable host or path.
 */
export function httpsLocation(
  host: string | undefined,
  path: string | undefined,
  port: number,
): string | undefined {
  const name = hostHeader.exec(host ?? '')?.[1];
  if (name === undefined || !path?.startsWith('/')) return undefined;
  return `https://${name}${port === 443 ? '' : `:${port}`}${path}`;
}

/** The plain port beside a TLS port: 308, so that clients repeat method and body there. */
export function createRedirectServer(tlsPort: () => number): Server {
  const server = createServer({ maxHeaderSize: 16_384, keepAliveTimeout: 5_000 }, (request, response) => {
    redirect(request, response, tlsPort());
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  server.timeout = 10_000;
  return server;
}

function redirect(request: IncomingMessage, response: ServerResponse, port: number): void {
  const location = httpsLocation(request.headers.host, request.url, port);
  // The body (a push) is not read: the client sends it again over TLS.
  const headers = { connection: 'close', 'content-length': '0' };
  if (location === undefined) response.writeHead(400, headers).end();
  else response.writeHead(308, { ...headers, location }).end();
}
