import type { Pushable } from './content.ts';

/** Who speaks to the server: a name with its password or secret. */
export interface Caller {
  readonly name: string;
  readonly password: string;
}

/** A client of a server that runs here. Every refusal throws, with the server's words. */
export class Client {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(as: Caller, method: string, path: string, body?: object): Promise<Response> {
    return this.#sent(as, method, `/api/v2.0${path}`, {
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  }

  async get<T>(as: Caller, path: string): Promise<T> {
    return (await (await this.send(as, 'GET', path)).json()) as T;
  }

  /** The id at the end of the Location of what was made. */
  async create(as: Caller, path: string, body: object): Promise<number> {
    const { headers } = await this.send(as, 'POST', path, body);
    return Number(headers.get('location')?.split('/').at(-1));
  }

  /** Blobs, parts, then the manifest under its tags, or under its digest when there are none. */
  async push(as: Caller, repository: string, what: Pushable, tags: readonly string[]): Promise<void> {
    for (const part of what.parts) await this.push(as, repository, part, []);
    for (const { digest, bytes } of what.blobs) {
      const head = `/v2/${repository}/blobs/${digest}`;
      const there = await fetch(this.#url + head, { method: 'HEAD', headers: authorization(as) });
      if (there.ok) continue;
      await this.#sent(as, 'POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
        body: new Uint8Array(bytes),
        headers: { 'content-type': 'application/octet-stream' },
      });
    }
    for (const reference of tags.length > 0 ? tags : [what.digest]) {
      await this.#sent(as, 'PUT', `/v2/${repository}/manifests/${reference}`, {
        body: new Uint8Array(what.manifest),
        headers: { 'content-type': what.mediaType },
      });
    }
  }

  async pull(as: Caller, repository: string, reference: string): Promise<void> {
    const answer = await this.#sent(as, 'GET', `/v2/${repository}/manifests/${reference}`, {
      headers: { accept: '*/*' },
    });
    await answer.arrayBuffer();
  }

  async #sent(as: Caller, method: string, path: string, init: RequestInit): Promise<Response> {
    const answer = await fetch(this.#url + path, {
      ...init,
      method,
      headers: { ...authorization(as), ...(init.headers as Record<string, string>) },
      signal: AbortSignal.timeout(60_000),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}

const authorization = ({ name, password }: Caller) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
