import { Answer, type Route, route } from '#src/http/endpoint.ts';
import type { BlobDriver } from '#src/storage/driver.ts';
import * as api from './additions.contract.ts';
import { getAddition } from './additions.ts';
import { getIcon } from './icons.ts';
import { Layers } from './layers.ts';

export interface AdditionParts {
  readonly storage: BlobDriver;
}

export function additionRoutes(parts: AdditionParts): readonly Route[] {
  const layers = new Layers(parts.storage);
  return [
    route(api.getAddition, async (ctx, { project, params }) => {
      const { content, type } = await getAddition(ctx, layers, project, params);
      return new Answer(content, { 'content-type': `${type}; charset=utf-8`, ...asData });
    }),

    route(api.getIcon, async (_ctx, { params }) => {
      const { type, content } = getIcon(params.digest);
      return { 'content-type': type, content };
    }),
  ];
}

/** Pushers write these texts: a browser that is led to one shows text and runs nothing (S-028). */
const asData = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
};
