import type { TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import type { Db } from '#src/database/pool.ts';
import { nameWithinProject, type Protection, type ProtectingRule } from '#src/oci/selector.ts';
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

/** The tag with the rule that makes it immutable, if there is one. */
export function judgedBy<Row extends { readonly name: string }>(
  protection: Protection,
  repository: string,
  row: Row,
): Row & { readonly immutable: boolean; readonly rule: ProtectingRule | undefined } {
  const rule = protection.ruleOf(repository, row.name);
  return { ...row, immutable: rule !== undefined, rule };
}

interface Refused {
  /** The whole name. */
  readonly repository: string;
  readonly tag: string;
  readonly protection: Protection;
}

/**
 * What Harbor says when somebody moves or deletes an immutable tag, or deletes what carries it (wire.md section 9);
 * which rule it is stands in the detail.
 */
export function tagRefusal(refused: Refused, what: 'updated' | 'deleted'): Failure {
  const message = `the tag ${refused.tag} configured as immutable, cannot be ${what}`;
  return new Failure('PRECONDITION', message, { detail: detailOf(refused) });
}

/** The number of the rule that a refusal of ours names. */
export function ruleNamedBy({ detail }: Failure): number | undefined {
  const { immutable_rule: rule } = (detail ?? {}) as { immutable_rule?: ProtectingRule };
  return rule?.id;
}

function detailOf({ repository, tag, protection }: Refused) {
  const rule = protection.ruleOf(repository, tag);
  return { tag, ...(rule && { immutable_rule: rule }) };
}

/** A push went by rules that are no longer those of the project: it is to be tried again with new ones. */
export function areRulesOutdated(error: unknown): boolean {
  return codeOf(error) === 'MRI02';
}

/** The answer to a push over an immutable tag, undefined for any other error. */
export function pushRefusal(
  error: unknown,
  { repository, protection }: Omit<Refused, 'tag'>,
): Failure | undefined {
  if (codeOf(error) !== 'MRI01') return undefined;
  const tag = (error as Error).message;
  return new Failure(
    'PRECONDITION',
    `Failed to process request due to '${nameWithinProject(repository)}:${tag}' configured as immutable.`,
    { cause: error, detail: detailOf({ repository, tag, protection }) },
  );
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
