import { Agent, createServer, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { logRequest, sentOn } from './request-log.ts';

test('a line tells how many bytes its own answer took, also of the second on a connection', async () => {
  const lines: { path: string; bytes: number }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const server = createServer((request, response) => {
    const asked = { id: 'x', actor: '-', began: performance.now(), sentBefore: sentOn(request) };
    response.once('close', () => logRequest(log, request, response, asked));
    const body = 'x'.repeat(Number(request.url?.slice(1)));
    response.writeHead(200, { 'content-length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const fetched = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, agent };
      get(options, (answer) => resolve(text(answer))).on('error', reject);
    });

  await fetched('/70000');
  await fetched('/300');
  await fetched('/0');
  await vi.waitFor(() => expect(lines).toHaveLength(3));

  const overhead = lines.map(({ path, bytes }) => bytes - Number(path.slice(1)));
  for (const headers of overhead) {
    expect(headers).toBeGreaterThan(50);
    expect(headers).toBeLessThan(400);
  }
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
});
