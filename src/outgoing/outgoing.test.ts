import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { Failure } from '#src/failures.ts';
import { firstCertificate, secondCertificate } from '#test/support/certificates.ts';
import type { OutgoingRequest } from './exchange.ts';
import { Outgoing, type OutgoingOptions } from './outgoing.ts';
import { parseAllowed } from './rules.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Names of the tests and their addresses; whatever is no name here does not resolve. */
const book: Record<string, string[]> = {
  'public.test': ['93.184.216.34'],
  'inside.test': ['10.1.2.3'],
  'mixed.test': ['93.184.216.34', '127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'sly.test': ['::ffff:127.0.0.1'],
  'empty.test': [],
};

const resolve = async (name: string): Promise<readonly string[]> => {
  const found = book[name];
  if (found === undefined) throw new Error(`no such name: ${name}`);
  return found;
};

function client(allow = '', more: Partial<OutgoingOptions> = {}): Outgoing {
  return new Outgoing({ allowed: parseAllowed(allow), resolve, own: () => ['93.184.216.99'], ...more });
}

const usual: Pick<OutgoingRequest, 'method' | 'deadlines' | 'mostBytes'> = {
  method: 'POST',
  deadlines: { connect: 2_000, head: 2_000, whole: 4_000 },
  mostBytes: 1_000,
};

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (answer: RequestListener): Promise<number> => listen(createServer(answer));

const messageOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : 'it was let through';
};

/** G-61: sixty ways to write an address that nobody outside may have the registry call. */
const disguises = [
  'http://127.0.0.1',
  'http://127.0.0.1:5432',
  'http://127.1',
  'http://127.0.1',
  'http://2130706433',
  'http://0x7f000001',
  'http://0x7f.1',
  'http://0x7F.0x0.0x0.0x1',
  'http://0177.0.0.1',
  'http://017700000001',
  'http://0177.0x0.1',
  'http://127.0.0.1.',
  'http://127.255.255.254',
  'http://0',
  'http://0.0.0.0',
  'http://0.1.2.3',
  'http://00.00.00.00',
  'http://localhost',
  'http://LOCALHOST',
  'http://localhost.',
  'http://a.localhost',
  'http://a.b.LocalHost.',
  'http://%6c%6f%63%61%6c%68%6f%73%74',
  'http://①②⑦.⓪.⓪.①',
  'http://１２７.０.０.１',
  'http://127。0。0。1',
  'http:\\\\127.0.0.1',
  'http:127.0.0.1',
  'http:/127.0.0.1',
  'http:///127.0.0.1',
  'http://127.0.0.1#@public.test',
  'http://127.0.0.1?@public.test',
  'http://public.test@127.0.0.1',
  'http://public.test:x@127.0.0.1',
  'http://public.test%40127.0.0.1',
  'http://10.0.0.1',
  'http://172.16.0.1',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166',
  'http://0xa9fea9fe',
  'http://198.18.0.1',
  'http://192.0.2.1',
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://[::]',
  'http://[::1]',
  'http://[0:0:0:0:0:0:0:1]',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:7f00:1]',
  'http://[::127.0.0.1]',
  'http://[64:ff9b::7f00:1]',
  'http://[64:ff9b::169.254.169.254]',
  'http://[64:ff9b:1::1]',
  'http://[2002:7f00:1::]',
  'http://[2001:0:0:0::1]',
  'http://[fe80::1]',
  'http://[fe80::1%25eth0]',
  'http://[fc00::1]',
  'http://[fd00:ec2::254]',
  'http://[ff02::1]',
  'http://inside.test',
  'http://mixed.test',
  'http://metadata.test',
  'http://sly.test',
  'http://93.184.216.99',
  'file:///etc/passwd',
  'gopher://public.test/',
  'ftp://public.test/',
  'data:text/plain,x',
  'unix:/run/docker.sock',
  'https://',
  '//public.test',
  'public.test',
];

describe('an address', () => {
  test.each(disguises)('G-61: %s is refused when it is saved and when it is used', async (url) => {
    const outgoing = client();

    const saved = outgoing.checkAddress(url);
    const used = outgoing.send({ ...usual, url });

    await expect(saved).rejects.toBeInstanceOf(Failure);
    await expect(used).rejects.toBeInstanceOf(Failure);
  });

  test('S-011: that is open and one that is closed are refused with the same words, and neither is connected', async () => {
    let connections = 0;
    const server = createTcpServer(() => void (connections += 1));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;

    const open = await messageOf(client().checkAddress(`http://127.0.0.1:${port}/`));
    const closed = await messageOf(client().checkAddress('http://127.0.0.1:1/'));

    expect(open).toBe(closed);
    expect(open).toMatch(/not allowed: 127\.0\.0\.1 is, or leads to, .* MOORAGE_OUTGOING_ALLOW/);
    expect(connections).toBe(0);
  });

  test.each([
    'https://public.test/hook',
    'http://1.1.1.1',
    'http://[2606:4700::1]:8080/a?b=c',
    'https://unknown.test',
  ])('%s may be saved', async (url) => {
    const saved = client().checkAddress(url);

    await expect(saved).resolves.toBeUndefined();
  });

  test('S-113: under a name that has a good one and a bad one is refused, in whichever order they come', async () => {
    const resolve = async (name: string) =>
      name === 'first.test' ? ['93.184.216.34', '10.0.0.1'] : ['10.0.0.1', '93.184.216.34'];

    const messages = await Promise.all(
      ['http://first.test', 'http://last.test'].map((url) =>
        messageOf(client('', { resolve }).checkAddress(url)),
      ),
    );

    expect(messages).toEqual([
      expect.stringContaining('not allowed'),
      expect.stringContaining('not allowed'),
    ]);
  });

  test.each([
    ['10.1.0.0/16', 'http://inside.test'],
    ['private', 'http://inside.test'],
    ['inside.test', 'http://INSIDE.test.'],
    ['*.test', 'http://inside.test'],
    ['127.0.0.1, ::1', 'http://[::1]'],
    ['93.184.216.99', 'http://93.184.216.99'],
    ['localhost', 'http://localhost'],
  ])('is allowed by %j: %s', async (allow, url) => {
    book['localhost'] = ['127.0.0.1'];

    const saved = client(allow).checkAddress(url);

    await expect(saved).resolves.toBeUndefined();
  });

  test.each([
    ['0.0.0.0/0 ::/0', 'http://169.254.169.254'],
    ['0.0.0.0/0 ::/0', 'http://[64:ff9b::169.254.169.254]'],
    ['metadata.test', 'http://metadata.test'],
    ['private', 'http://127.0.0.1'],
    ['*.test', 'http://test'],
    ['10.1.0.0/16', 'http://10.2.0.1'],
  ])('is not allowed by %j: %s', async (allow, url) => {
    book['test'] = ['10.1.2.3'];

    const saved = client(allow).checkAddress(url);

    await expect(saved).rejects.toBeInstanceOf(Failure);
  });

  test.each(['10.0.0.0/40', 'a b/c', '1.2.3', 'http://x', '*', 'x.*.y'])(
    'list with %j is refused with the entry that cannot be read',
    (text) => {
      const parse = () => parseAllowed(text);

      expect(parse).toThrow('outgoing_allow');
    },
  );
});

describe('a request', () => {
  test('goes to the checked address, with the name in Host', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      request.on('data', (body) => seen.push(request.headers.host, request.headers['x-a'], String(body)));
      response.writeHead(202).end('thanks');
    });
    const outgoing = client('hook.test', { resolve: async () => ['127.0.0.1'] });

    const answer = await outgoing.send({
      ...usual,
      url: `http://hook.test:${port}/a?b=c`,
      headers: { 'x-a': 'b' },
      body: Buffer.from('hello'),
    });

    expect(answer).toMatchObject({ status: 202, complete: true });
    expect(String(answer.body)).toBe('thanks');
    expect(seen).toEqual([`hook.test:${port}`, 'b', 'hello']);
  });

  test('G-62: of a name whose address changes between check and connection goes to the checked one or nowhere', async () => {
    let asked = 0;
    let reached = 0;
    const port = await serve((_request, response) => {
      reached += 1;
      response.end();
    });
    const flipping = client('127.0.0.2', {
      resolve: async () => [asked++ % 2 === 0 ? '127.0.0.2' : '127.0.0.1'],
    });

    const outcomes = new Set<string>();
    for (let i = 0; i < 1_000; i++) {
      outcomes.add(await messageOf(flipping.send({ ...usual, url: `http://flip.test:${port}/` })));
    }

    expect(reached).toBe(0);
    expect(asked).toBe(1_000);
    expect([...outcomes]).toEqual(['the connection failed', expect.stringContaining('not allowed')]);
  });

  test('S-093: is not sent on to where a redirect points', async () => {
    let reached = 0;
    const inner = await serve((_request, response) => {
      reached += 1;
      response.end();
    });
    const port = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${inner}/` }).end();
    });

    const answer = await client('127.0.0.1').send({ ...usual, url: `http://127.0.0.1:${port}/` });

    expect([answer.status, reached]).toEqual([302, 0]);
  });

  test('S-038: unpacks nothing: of a packed answer it counts what came', async () => {
    const packed = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    const port = await serve((_request, response) => {
      response.writeHead(500, { 'content-encoding': 'gzip' }).end(packed);
    });

    const url = `http://127.0.0.1:${port}/`;
    const answer = await client('127.0.0.1').send({ ...usual, url, mostBytes: 64 * 1024 });

    expect(answer).toMatchObject({ status: 500, complete: true });
    expect(answer.body).toEqual(packed);
  });

  test('reads no more of an answer than it was told', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });

    const answer = await client('127.0.0.1').send({ ...usual, url: `http://127.0.0.1:${port}/` });

    expect([answer.body.length, answer.complete]).toEqual([1_000, false]);
  });

  test.each([
    ['no answer came in time', { connect: 2_000, head: 50, whole: 2_000 }],
    ['no complete answer came in time', { connect: 2_000, head: 2_000, whole: 50 }],
  ])('ends when %s', async (message, deadlines) => {
    const port = await serve(() => undefined);

    const sent = client('127.0.0.1').send({ ...usual, deadlines, url: `http://127.0.0.1:${port}/` });

    await expect(sent).rejects.toThrow(message);
  });

  test('ends when a server only says that an answer is coming', async () => {
    const port = await serve((_request, response) => {
      response.write('a');
    });
    const deadlines = { connect: 60_000, head: 60_000, whole: 80 };

    const sent = client('127.0.0.1').send({ ...usual, deadlines, url: `http://127.0.0.1:${port}/` });

    await expect(sent).rejects.toThrow('no complete answer came in time');
  });

  test('ends when a TLS handshake does not', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => void sockets.push(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const deadlines = { connect: 50, head: 60_000, whole: 60_000 };
    const { port } = server.address() as AddressInfo;

    const sent = client('127.0.0.1').send({ ...usual, deadlines, url: `https://127.0.0.1:${port}/` });

    await expect(sent).rejects.toThrow('no connection came about in time');
  });

  test('ends when its name is not resolved in time', async () => {
    const outgoing = client('', { resolve: () => new Promise(() => undefined) });
    const deadlines = { connect: 50, head: 60_000, whole: 60_000 };

    const sent = outgoing.send({ ...usual, deadlines, url: 'http://slow.test/' });

    await expect(sent).rejects.toThrow('the name could not be resolved in time');
  });

  test('ends when whoever wants it stops it', async () => {
    const stop = new AbortController();
    const port = await serve(() => stop.abort());

    const sent = client('127.0.0.1').send({
      ...usual,
      url: `http://127.0.0.1:${port}/`,
      signal: stop.signal,
    });

    await expect(sent).rejects.toThrow('it was stopped');
  });

  test('tries the next address of a name where the first takes no connection', async () => {
    const port = await serve((_request, response) => void response.end());
    const outgoing = client('hook.test', { resolve: async () => ['127.0.0.9', '127.0.0.1'] });

    const answer = await outgoing.send({ ...usual, url: `http://hook.test:${port}/` });

    expect(answer.status).toBe(200);
  });
});

describe('TLS', () => {
  const start = () =>
    listen(
      createTlsServer(
        { cert: firstCertificate.certificate, key: firstCertificate.key },
        (_request, response) => void response.end(),
      ),
    );

  test('with a certificate that nobody vouches for is refused', async () => {
    const port = await start();

    const sent = client('127.0.0.1').send({ ...usual, url: `https://127.0.0.1:${port}/` });

    await expect(sent).rejects.toThrow('its certificate is not trusted');
  });

  test('with such a certificate is taken by a request that says so', async () => {
    const port = await start();
    const outgoing = client('127.0.0.1');

    const answer = await outgoing.send({ ...usual, url: `https://127.0.0.1:${port}/`, skipCertVerify: true });

    expect(answer.status).toBe(200);
    await expect(outgoing.send({ ...usual, url: `https://127.0.0.1:${port}/` })).rejects.toThrow(
      'certificate',
    );
  });

  test('asks for the name and not for the address', async () => {
    const port = await start();
    const trust = [firstCertificate.certificate, secondCertificate.certificate];
    const resolve = async () => ['127.0.0.1'];
    const outgoing = client('127.0.0.1 localhost', { trust, resolve });

    const right = await outgoing.send({ ...usual, url: `https://localhost:${port}/` });
    const wrong = outgoing.send({ ...usual, url: `https://other.test:${port}/` });

    expect(right.status).toBe(200);
    await expect(wrong).rejects.toThrow('its certificate is not trusted');
  });
});
