import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

interface Page {
  readonly type: string;
  readonly plain: Buffer;
  readonly zipped: Buffer;
  /** Files named after their content never change. */
  readonly immutable: boolean;
}

const index = '/index.html';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Serves the built portal from memory at `/`. Without a build the rest of the registry works all the same. */
export async function servePortal(app: FastifyInstance, folder: string): Promise<boolean> {
  const pages = await load(folder);
  for (const [path, page] of pages) {
    app.get(path, (request, reply) => {
      const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      reply.headers({
        'content-type': page.type,
        'cache-control': page.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        vary: 'accept-encoding',
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      });
      return reply.send(zipped ? page.zipped : page.plain);
    });
  }
  return pages.size > 0;
}

async function load(folder: string): Promise<Map<string, Page>> {
  const pages = new Map<string, Page>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file)}`;
    const plain = await readFile(file);
    const page = {
      type: types[extname(entry.name)] ?? 'application/octet-stream',
      plain,
      zipped: gzipSync(plain, { level: 9 }),
      immutable: path.startsWith('/assets/'),
    };
    pages.set(path.endsWith(index) ? path.slice(0, -index.length) || '/' : path, page);
  }
  return pages;
}
