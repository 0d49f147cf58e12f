import { Failure } from '#src/failures.ts';
import { endpoint, Listed, type Route, route } from '#src/http/endpoint.ts';
import * as api from './later.contract.ts';
import { later, laterLogins, type Operations } from './later.ts';

/**
 * What clients read on the way to something else: harbor-cli the registries before it makes a project, the Terraform
 * provider a project's scanner with every project that it looks up. There is none, which is no failure.
 */
export const noneYetRoutes: readonly Route[] = [
  route(api.listScanners, async () => new Listed([], 0)),
  // Harbor: no body; an object without members is what its portal and the Terraform provider take for none.
  route(api.getScannerOfProject, async () => ({})),
  route(api.listRegistries, async () => new Listed([], 0)),
];

/**
 * Whoever is logged in is told the same, whether the project or object of the path is there or not: there is
 * nothing behind these paths that a permission could guard. A login asks for none.
 */
export const laterRoutes: readonly Route[] = [...routesOf(later, 'login'), ...routesOf(laterLogins, 'open')];

function routesOf(features: Readonly<Record<string, Operations>>, guard: 'login' | 'open'): Route[] {
  return Object.entries(features).flatMap(([feature, operations]) =>
    Object.entries(operations).map(([id, operation]) =>
      route(endpoint(operation, { id, tag: feature, guard, failures: [501] }), () => {
        throw new Failure(
          'NOT_IMPLEMENTED',
          `${feature} is not part of this version of Moorage yet, so ${id} does nothing; docs/compatibility.md lists what is missing`,
        );
      }),
    ),
  );
}
