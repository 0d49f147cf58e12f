import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Failure, type FailureCode } from '#src/failures.ts';
import type { Logger } from '#src/log.ts';
import { refusalOf } from './errors.ts';

const reasons: Record<string, [FailureCode, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'the headers of the request took too long'],
  HPE_HEADER_OVERFLOW: [
    'REQUEST_HEADER_FIELDS_TOO_LARGE',
    'the headers of the request are too large: 32 KiB are allowed',
  ],
};

/** Refuses what is no HTTP in the words of every other refusal, and ends the connection. */
export function refuseUnreadable(
  error: Error & { code?: string },
  socket: Socket,
  requestId: string,
  log: Logger,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const [code, message] = reasons[error.code ?? ''] ?? [
      'BAD_REQUEST',
      'the request cannot be read as HTTP/1.1',
    ];
    const { status, headers, body } = refusalOf(new Failure(code, message, { cause: error }), requestId, log);
    const lines = Object.entries({
      ...headers,
      'content-length': Buffer.byteLength(body),
      'x-request-id': requestId,
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  }
  socket.destroy();
}
