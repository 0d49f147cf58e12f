import { gzipSync } from 'node:zlib';
import { Answer, type Route, route } from '#src/http/endpoint.ts';
import { openApiOf } from '#src/http/openapi.ts';
import * as api from './api-document.contract.ts';

/** The OpenAPI document of these operations and of itself; written once, at start. */
export function apiDocumentRoutes(routes: readonly Route[], version: string): readonly Route[] {
  const own = route(api.getApiDocument, async (_ctx, { headers }) => {
    const zipped = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
    return new Answer(zipped ? document.zipped : document.plain, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      ...(zipped && { 'content-encoding': 'gzip' }),
    });
  });
  const document = written([...routes, own], version);
  return [own];
}

function written(routes: readonly Route[], version: string): { plain: Buffer; zipped: Buffer } {
  const plain = Buffer.from(JSON.stringify(openApiOf(routes, version)));
  return { plain, zipped: gzipSync(plain, { level: 9 }) };
}
