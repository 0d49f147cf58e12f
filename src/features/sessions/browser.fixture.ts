import type { FastifyInstance } from 'fastify';

export interface BrowserReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  json<T>(): T;
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a browser does: keeps cookies, and sends the latest token back when its page does (`token`). */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;
  token: string | undefined;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  async send(
    method: Method,
    path: string,
    given: { form?: Record<string, string>; json?: object; headers?: Record<string, string> } = {},
  ): Promise<BrowserReply> {
    const { form, json, headers = {} } = given;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await this.#app.inject({
      method,
      url: path,
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(this.token !== undefined && { 'x-harbor-csrf-token': this.token }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(form && { payload: new URLSearchParams(form).toString() }),
      ...(json && { payload: json }),
    });
    for (const one of [reply.headers['set-cookie'] ?? []].flat()) this.#keep(one);
    const token = reply.headers['x-harbor-csrf-token'];
    if (typeof token === 'string') this.token = token;
    return {
      status: reply.statusCode,
      headers: reply.headers as BrowserReply['headers'],
      text: reply.body,
      json: () => reply.json(),
    };
  }

  /** Once in vain for a token, as Harbor's clients do. */
  async logIn(principal: string, password: string): Promise<BrowserReply> {
    const form = { principal, password };
    const first = await this.send('POST', '/c/login', { form });
    return first.status === 403 ? this.send('POST', '/c/login', { form }) : first;
  }

  /** Who the registry takes this browser for. */
  async self(headers: Record<string, string> = {}): Promise<string | number> {
    const reply = await this.send('GET', '/api/v2.0/users/current', { headers });
    return reply.status === 200 ? reply.json<{ username: string }>().username : reply.status;
  }

  #keep(text: string): void {
    const [pair = '', ...attributes] = text.split('; ');
    const [name = '', value = ''] = pair.split('=');
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
