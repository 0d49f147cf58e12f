import { Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';

/** Harbor keeps its document, a Swagger 2.0 one, at /swagger.json of its portal; it is as open as this one. */
export const getApiDocument = endpoint('GET /openapi.json', {
  id: 'getApiDocument',
  tag: 'document',
  guard: 'open',
  impersonal: true,
  summary: 'This document',
  reply: Type.Object({}),
});
