import type { TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { Db } from '#src/database/pool.ts';
import { nameWithinProject, type Protection } from '#src/oci/selector.ts';
import * as store from './immutability.store.ts';

/**
 * The rules of a project as they are now and, inside a transaction, stay until its end: whoever changes them waits.
 * Pushes go by the directory's copy instead, whose age the database checks (migration 12).
 */
export async function protectionOf(
  ctx: TxContext | { readonly db: Db },
  projectId: number,
): Promise<Protection> {
  if (ctx.db.isTransaction) await store.holdRules(ctx.db, projectId);
  return store.findProtection(ctx.db, projectId);
}

/** What Harbor says when somebody moves or deletes an immutable tag, or deletes what carries it (wire.md section 9). */
export function tagRefusal(tag: string, what: 'updated' | 'deleted'): Failure {
  return new Failure('PRECONDITION', `the tag ${tag} configured as immutable, cannot be ${what}`);
}

/** A push went by rules that are no longer those of the project: it is to be tried again with new ones. */
export function areRulesOutdated(error: unknown): boolean {
  return codeOf(error) === 'MRI02';
}

/** The answer to a push over an immutable tag, undefined for any other error. */
export function pushRefusal(error: unknown, repository: string): Failure | undefined {
  if (codeOf(error) !== 'MRI01') return undefined;
  const tag = (error as Error).message;
  return new Failure(
    'PRECONDITION',
    `Failed to process request due to '${nameWithinProject(repository)}:${tag}' configured as immutable.`,
    { cause: error },
  );
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
