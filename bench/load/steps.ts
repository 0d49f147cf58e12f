import type { Answer, Connection } from './connection.ts';

/** One request of a client's dialogue, with the status that alone is right. */
export async function step(
  connection: Connection,
  request: { method: string; path: string; headers?: Record<string, string>; body?: Buffer },
  status: number,
  keep?: 'body' | 'hash',
): Promise<Answer> {
  const { method, path, body } = request;
  const headers = { ...request.headers };
  if (body !== undefined || method === 'PUT' || method === 'POST') {
    headers['Content-Length'] = String(body?.length ?? 0);
  }
  const head = headOf(method, path, headers);
  const bytes = body === undefined ? head : Buffer.concat([head, body]);
  const answer = await connection.ask({ bytes, headOnly: method === 'HEAD', keep });
  expectStatus(answer, status, `${method} ${path}`);
  return answer;
}

export function headOf(method: string, path: string, headers: Record<string, string>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n`);
}

export function expectStatus(answer: Answer, status: number, what: string): void {
  if (answer.status === status) return;
  throw new Error(`${what} answered ${answer.status} in place of ${status}:\n${answer.head}`);
}

/** Path and query of the Location header; registries answer with and without scheme and host. */
export function locationOf(answer: Answer): string {
  const found = /\r\nlocation: *(?:https?:\/\/[^/\r]*)?([^\r]*)/i.exec(answer.head)?.[1];
  if (found === undefined) throw new Error(`no Location in the answer:\n${answer.head}`);
  return found;
}

export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}
