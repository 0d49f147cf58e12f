import type { IncomingMessage, ServerResponse } from 'node:http';
import { nameOf } from '#src/access/authorize.ts';
import { credentialsOf } from '#src/http/credentials.ts';
import { refusalOf, sendRefusal } from '#src/http/errors.ts';
import { logRequest, sentOn } from '#src/http/request-log.ts';
import { requestIdOf } from '#src/http/server.ts';
import type { Logger } from '#src/log.ts';
import { handleToken, type TokenService } from './token-service.ts';

/** The token service as a listener of plain HTTP: it is asked with every login of a client and stays short. */
export function tokenListener({ log, ...service }: TokenService & { readonly log: Logger }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = requestIdOf(request.headers);
    const began = performance.now();
    const sentBefore = sentOn(request);
    response.setHeader('X-Request-Id', id);
    let actor = '-';
    response.once('close', () => logRequest(log, request, response, { id, actor, began, sentBefore }));
    try {
      const reply = await handleToken(service, {
        method: request.method ?? '',
        url: request.url ?? '',
        ...credentialsOf(request.headers, request.socket.remoteAddress ?? ''),
      });
      if (reply.who !== undefined) actor = nameOf(reply.who);
      response.writeHead(reply.status, {
        ...reply.headers,
        'content-length': Buffer.byteLength(reply.body),
      });
      response.end(reply.body);
    } catch (error) {
      sendRefusal(response, refusalOf(error, id, log), true);
    }
  };
}
