import type { Project } from '#src/auth/directory.ts';
import { Failure } from '#src/failures.ts';
import { isDigest } from '#src/oci/digest.ts';
import { contextOf, type Exchange } from './exchange.ts';
import type { RepositoryTarget } from './router.ts';

/** Of refusals by a rule: rights, quota, immutability, references. Everything else is a client's slip. */
const byRule: ReadonlySet<number> = new Set([401, 403, 412]);

/** Puts on record what somebody was refused to push or delete (G-71). Does not throw. */
export async function noteRefusal(
  exchange: Exchange,
  target: RepositoryTarget,
  project: Project | undefined,
  error: unknown,
): Promise<void> {
  if (!(error instanceof Failure) || !byRule.has(error.status)) return;
  const attempt = attemptOf(exchange.request.method ?? '', target);
  if (attempt === undefined) return;
  await exchange.registry.refusals.recordContent(
    contextOf(exchange),
    { ...attempt, projectId: project?.id },
    error,
  );
}

/** Undefined for what only reads. Nobody knows yet what the uploads of a push will be called. */
function attemptOf(method: string, target: RepositoryTarget) {
  const { name } = target.repository;
  const deleting = method === 'DELETE';
  if (method === 'GET' || method === 'HEAD') return undefined;
  switch (target.kind) {
    case 'uploads':
    case 'upload':
      return deleting ? undefined : { operation: 'create', resource_type: 'artifact', resource: name };
    case 'manifest': {
      const byDigest = isDigest(target.reference);
      const resource = `${name}${byDigest ? '@' : ':'}${target.reference}`;
      if (!deleting) return { operation: 'create', resource_type: 'artifact', resource };
      return { operation: 'delete', resource_type: byDigest ? 'artifact' : 'tag', resource };
    }
    case 'blob':
      return { operation: 'delete', resource_type: 'blob', resource: `${name}@${target.digest}` };
    default:
      return undefined;
  }
}
