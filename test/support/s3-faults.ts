import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as send,
  type ServerResponse,
} from 'node:http';

/** What can go wrong between a driver and an S3 server. `status` and `empty` answers never reach the server. */
export type Fault =
  | { kind: 'status'; status: number; code?: string; headers?: Record<string, string> }
  /** 200, and then an error in the body, as S3 does when work fails that had begun well. */
  | { kind: 'errorIn200'; code: string }
  /** 200 without doing anything. */
  | { kind: 'pretend' }
  | { kind: 'dropBefore' }
  | { kind: 'dropAfter' }
  | { kind: 'hang' }
  /** The announced length, but the connection ends after so many bytes of the body. */
  | { kind: 'truncate'; after: number }
  /** The announced length, but nothing comes after so many bytes. */
  | { kind: 'stall'; after: number }
  /** A well-formed answer whose body is shorter. */
  | { kind: 'shorten'; to: number }
  | { kind: 'flipDown' }
  | { kind: 'flipUp' }
  /** A HEAD answer with another size. */
  | { kind: 'size'; size: number };

export interface FaultyS3 {
  readonly endpoint: string;
  /** Asked for each call; undefined lets it pass. */
  fault: (operation: string, headers: IncomingHttpHeaders) => Fault | undefined;
  /** Entries of a list page; the rest comes in further pages. */
  pageSize: number | undefined;
  /** Pages say that there are more, but not where. */
  withoutMarkers: boolean;
  /** Names of the calls so far. */
  readonly calls: string[];
  stop(): Promise<void>;
}

/** A proxy on loopback in front of an S3 server. It leaves signed parts of requests alone. */
export async function startFaultyS3(port: number): Promise<FaultyS3> {
  const pages = new Map<string, string>();
  const proxy: FaultyS3 = {
    endpoint: '',
    fault: () => undefined,
    pageSize: undefined,
    withoutMarkers: false,
    calls: [],
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    const operation = operationOf(request);
    proxy.calls.push(operation);
    const fault = proxy.fault(operation, request.headers);
    const page = proxy.pageSize ? pages.get(pageKey(request)) : undefined;
    if (page !== undefined) response.end(page);
    else if (!fault || !answerAlone(fault, request, response)) {
      forward(
        port,
        request,
        response,
        fault,
        proxy.pageSize && operation.startsWith('List') ? paging : undefined,
      );
    }
  });
  const paging = (request: IncomingMessage, body: string) => {
    const page = firstPage(request, body, proxy.pageSize ?? 1_000, pages);
    return proxy.withoutMarkers ? page.replaceAll(/<(Next\w+)>.*?<\/\1>/g, '') : page;
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(proxy, { endpoint: `http://127.0.0.1:${address.port}` });
}

/** The name that the SDK has for a request. */
function operationOf(request: IncomingMessage): string {
  const url = new URL(request.url ?? '/', 'http://x');
  const has = (name: string) => url.searchParams.has(name);
  const isObject = url.pathname.split('/').length > 2 && !url.pathname.endsWith('/blobs/');
  const copies = request.headers['x-amz-copy-source'] !== undefined;
  switch (request.method) {
    case 'PUT':
      if (has('tagging')) return 'PutObjectTagging';
      if (has('partNumber')) return copies ? 'UploadPartCopy' : 'UploadPart';
      return copies ? 'CopyObject' : 'PutObject';
    case 'POST':
      if (has('delete')) return 'DeleteObjects';
      return has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
    case 'DELETE':
      return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'HEAD':
      return 'HeadObject';
    default:
      if (has('tagging')) return 'GetObjectTagging';
      if (has('uploadId')) return 'ListParts';
      if (has('uploads')) return 'ListMultipartUploads';
      return isObject && !has('list-type') ? 'GetObject' : 'ListObjectsV2';
  }
}

/** True when the fault needs no server. */
function answerAlone(fault: Fault, request: IncomingMessage, response: ServerResponse): boolean {
  switch (fault.kind) {
    case 'status':
      request.resume();
      response.writeHead(fault.status, { 'content-type': 'application/xml', ...fault.headers });
      response.end(request.method === 'HEAD' ? undefined : errorBody(fault.code));
      return true;
    case 'errorIn200':
      request.resume();
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(errorBody(fault.code));
      return true;
    case 'pretend':
      request.resume();
      response.writeHead(200, {
        'content-type': 'application/xml',
        etag: '"0123456789abcdef0123456789abcdef"',
      });
      response.end('<?xml version="1.0"?><Result><ETag>"0123456789abcdef0123456789abcdef"</ETag></Result>');
      return true;
    case 'dropBefore':
      request.socket.destroy();
      return true;
    case 'hang':
      request.resume();
      return true;
    default:
      return false;
  }
}

function errorBody(code: string | undefined): string {
  if (code === undefined) return '<html><body>a gateway in between has no idea</body></html>';
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`;
}

type Rewrite = (request: IncomingMessage, body: string) => string;

function forward(
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
  rewrite: Rewrite | undefined,
): void {
  const { method, url: path, headers } = request;
  const onward = send({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    void readAll(answer).then((body) => {
      if (fault?.kind === 'dropAfter') request.socket.destroy();
      else if (rewrite) respond(response, answer, Buffer.from(rewrite(request, body.toString())));
      else respondWith(fault, response, answer, body);
    });
  });
  onward.on('error', () => request.socket.destroy());
  void readAll(request).then((body) => onward.end(fault?.kind === 'flipUp' ? flipped(body) : body));
}

function respondWith(
  fault: Fault | undefined,
  response: ServerResponse,
  answer: IncomingMessage,
  body: Buffer,
): void {
  switch (fault?.kind) {
    case 'truncate':
    case 'stall': {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      const end = () => fault.kind === 'truncate' && response.socket?.destroy();
      response.write(body.subarray(0, fault.after), end);
      return;
    }
    case 'shorten':
      return respond(response, answer, body.subarray(0, fault.to));
    case 'flipDown':
      return respond(response, answer, flipped(body));
    case 'size':
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, 'content-length': fault.size });
      response.end();
      return;
    default:
      if (response.req.method === 'HEAD') {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.end();
      } else respond(response, answer, body);
  }
}

function respond(response: ServerResponse, answer: IncomingMessage, body: Buffer): void {
  const headers = { ...answer.headers, 'content-length': body.length };
  delete headers['transfer-encoding'];
  response.writeHead(answer.statusCode ?? 500, headers);
  response.end(body);
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    // the other side is gone; what is there goes on
  }
  return Buffer.concat(chunks);
}

function flipped(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  const at = Math.floor(changed.length / 2);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** Requests for further pages are signed, so they are answered from here. */
function pageKey(request: IncomingMessage): string {
  const query = new URL(request.url ?? '/', 'http://x').searchParams;
  return query.get('continuation-token') ?? query.get('upload-id-marker') ?? '';
}

/** Cuts a list into pages, keeps all but the first, and returns that one. */
function firstPage(request: IncomingMessage, body: string, size: number, pages: Map<string, string>): string {
  const pattern = /<(Contents|Upload)>.*?<\/\1>/gs;
  const entries = [...body.matchAll(pattern)].map(([entry]) => entry);
  const frame = body.replaceAll(pattern, '').replaceAll(/<(IsTruncated|Next\w+)>.*?<\/\1>/gs, '');
  const close = frame.lastIndexOf('</');
  const count = Math.max(1, Math.ceil(entries.length / size));
  const base = `${request.url}#${pages.size}`;
  const all = Array.from({ length: count }, (_, index) => {
    const next = encodeURIComponent(`${base}-${index + 1}`);
    const more =
      index + 1 < count
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>` +
          `<NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>${next}</NextUploadIdMarker>`
        : '<IsTruncated>false</IsTruncated>';
    const part = entries.slice(index * size, (index + 1) * size).join('');
    return frame.slice(0, close) + part + more + frame.slice(close);
  });
  for (const [index, page] of all.entries()) {
    if (index > 0) pages.set(encodeURIComponent(`${base}-${index}`), page);
  }
  return all[0] ?? body;
}
