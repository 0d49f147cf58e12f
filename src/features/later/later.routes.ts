import { Failure } from '#src/failures.ts';
import { endpoint, type Route, route } from '#src/http/endpoint.ts';
import { later } from './later.ts';

/**
 * Whoever is logged in is told the same, whether the project or object of the path is there or not: there is
 * nothing behind these paths that a permission could guard.
 */
export const laterRoutes: readonly Route[] = Object.entries(later).flatMap(([feature, operations]) =>
  Object.entries(operations).map(([id, operation]) =>
    route(endpoint(operation, { id, tag: feature, guard: 'login', failures: [501] }), () => {
      throw new Failure(
        'NOT_IMPLEMENTED',
        `${feature} is not part of this version of Moorage yet, so ${id} does nothing; docs/compatibility.md lists what is missing`,
      );
    }),
  ),
);
