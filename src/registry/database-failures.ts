import { Failure } from '#src/failures.ts';
import { quotaExceeded, tellQuotaExceeded } from '#src/features/quotas/index.ts';
import { contextOf, type RepositoryExchange } from './exchange.ts';

/** Rules that the database itself enforces, in words for the client. Everything else passes through. */
export async function explain(exchange: RepositoryExchange, error: unknown): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const exceeded = quotaExceeded(error);
  if (exceeded) {
    const { project, repository } = exchange;
    await tellQuotaExceeded(
      contextOf(exchange),
      { projectId: project.id, repository: repository.name },
      error,
    );
    return exceeded;
  }
  if ((error as { code?: unknown }).code === '23503') {
    // A repository or project that went away between look-up and write; the next request sees it as it is.
    exchange.registry.repositories.forget(exchange.repository.name);
    return new Failure(
      'NAME_UNKNOWN',
      `${exchange.repository.name} or what the request names in it was deleted meanwhile; push again`,
      { cause: error },
    );
  }
  return error;
}
