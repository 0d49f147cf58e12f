import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface Page {
  readonly type: string;
  readonly plain: Buffer;
  /** Written beside the file by the portal's build. */
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
  /** Files named after their content never change. */
  readonly immutable: boolean;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Scripts and style sheets are files of the build; only styles that the page makes itself need the nonce. */
const policy = (styles: string) =>
  `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

/** Harbor's paths: which page it is, the browser decides. */
const places = ['/harbor', '/harbor/*', '/account/*', '/oidc-onboard', '/license'];

/** Monitors ask for the head of a page; operations of the API have none but Harbor's. */
const withHead = { exposeHeadRoute: true };

const placeholder = 'per-response-nonce';

/** Serves the built portal from memory. Without a build the rest of the registry works all the same. */
export async function servePortal(app: FastifyInstance, folder: string): Promise<boolean> {
  const pages = await load(folder);
  for (const [path, page] of pages) {
    if (path !== '/') app.get(path, withHead, (request, reply) => sendFile(page, request, reply));
  }
  const start = pages.get('/');
  if (!start) return false;
  const html = start.plain.toString();
  for (const path of ['/', ...places]) app.get(path, withHead, (_request, reply) => sendStart(html, reply));
  return true;
}

/** The page of every place: a template, since its nonce is good for one response. */
function sendStart(html: string, reply: FastifyReply): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return headers(reply, policy(`'self' 'nonce-${nonce}'`))
    .headers({ 'content-type': types['.html'], 'cache-control': 'no-store' })
    .send(html.replace(placeholder, nonce));
}

function sendFile(page: Page, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = (['br', 'gzip'] as const).find(
    (name) =>
      page[name] !== undefined && new RegExp(`\\b${name}\\b(?!;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted),
  );
  return headers(reply, policy("'self'"))
    .headers({
      'content-type': page.type,
      'cache-control': page.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      ...(encoding ? { 'content-encoding': encoding } : {}),
    })
    .send(encoding ? page[encoding] : page.plain);
}

function headers(reply: FastifyReply, contentSecurityPolicy: string): FastifyReply {
  return reply.headers({
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
  });
}

async function load(folder: string): Promise<Map<string, Page>> {
  const files = new Map<string, Buffer>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, file)}`, await readFile(file));
  }
  const pages = new Map<string, Page>();
  for (const [path, plain] of files) {
    const type = types[extname(path)];
    // The compressed twins, and what the build says about itself.
    if (type === undefined) continue;
    pages.set(path.replace(/\/index\.html$/, '') || '/', {
      type,
      plain,
      br: files.get(`${path}.br`),
      gzip: files.get(`${path}.gz`),
      immutable: path.startsWith('/assets/'),
    });
  }
  return pages;
}
