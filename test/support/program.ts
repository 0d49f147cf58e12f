/** Requests of a program that speaks Harbor's API as `admin`, on the wire, with the headers that it sends. */
import type { TestApp } from './app.ts';
import type { HttpAnswer } from './http.ts';

export interface Program {
  send(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<HttpAnswer>;
  /** A call that succeeds with 200. */
  ok(method: string, path: string, body?: object): Promise<HttpAnswer>;
  /** The body of a GET. */
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies of every shape
  read(path: string): Promise<any>;
  /** The path below /api/v2.0 of what a POST has made. */
  made(collection: string, body: object): Promise<string>;
}

/** `headers` go with every request; a cookie takes the place of name and password. */
export function program(app: TestApp, headers: Record<string, string>): Program {
  const send: Program['send'] = (method, path, body, more = {}) =>
    app.send('cookie' in more ? undefined : 'admin', {
      method,
      path: `/api/v2.0${path}`,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }), ...more },
      ...(body && { body: `${JSON.stringify(body)}\n` }),
    });
  const expected = async (status: number, method: string, path: string, body?: object) => {
    const answer = await send(method, path, body);
    if (answer.status === status) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString()}`);
  };
  return {
    send,
    ok: (method, path, body) => expected(200, method, path, body),
    read: async (path) => (await expected(200, 'GET', path)).json(),
    async made(collection, body) {
      const { headers: answered } = await expected(201, 'POST', collection, body);
      const location = answered['location'] ?? '';
      const [start, id] = [location.slice(0, location.lastIndexOf('/')), location.split('/').at(-1) ?? ''];
      if (start === `/api/v2.0${collection}` && /^\d+$/.test(id)) return `${collection}/${id}`;
      throw new Error(`POST ${collection}: its Location is ${location}`);
    },
  };
}
