import { announce, type Context, inTransaction, type TxContext } from '#src/context.ts';
import { Failure } from '#src/failures.ts';
import { record } from '#src/features/audit/index.ts';
import type { GuardedProject, Page } from '#src/http/endpoint.ts';
import { parseQuery } from '#src/http/query.ts';
import { PatternError } from '#src/oci/pattern.ts';
import { quote } from '#src/oci/quote.ts';
import { compileSelector } from '#src/oci/selector.ts';
import * as store from './immutability.store.ts';
import type { RuleRow, RuleSelectors } from './immutability.store.ts';

/** Each rule is a match at every push over an existing tag. */
const mostRules = 100;

interface GivenSelector {
  readonly kind?: string | null | undefined;
  readonly decoration?: string | null | undefined;
  readonly pattern?: string | null | undefined;
  readonly extras?: string | null | undefined;
}

export interface GivenRule {
  readonly disabled?: boolean | null | undefined;
  readonly action?: string | null | undefined;
  readonly template?: string | null | undefined;
  readonly tag_selectors?: readonly GivenSelector[] | null | undefined;
  readonly scope_selectors?: Readonly<Record<string, readonly GivenSelector[]>> | null | undefined;
}

export function listRules(
  ctx: Context,
  project: GuardedProject,
  page: Page,
): Promise<{ rows: RuleRow[]; total: number }> {
  return store.listRules(ctx.db, project.id, parseQuery(page.q), page);
}

/** Harbor: a new rule is always enabled, whatever the body says. Returns its id. */
export function createRule(ctx: Context, project: GuardedProject, given: GivenRule): Promise<number> {
  const selectors = checkedSelectors(given);
  return changing(ctx, project, async (ctx) => {
    if ((await store.countRules(ctx.db, project.id)) >= mostRules) {
      throw new Failure('BAD_REQUEST', `a project has at most ${mostRules} immutability rules`);
    }
    const inserted = await store.insertRule(ctx.db, project.id, selectors);
    if (!inserted) throw taken();
    await recordRule(ctx, 'create', project, { id: inserted.id, ...selectors });
    return inserted.id;
  });
}

const taken = () =>
  new Failure('CONFLICT', 'the project has an immutability rule with these selectors already');

/**
 * Harbor: of a body whose `disabled` differs from the stored one only that is taken, so that Terraform enables a rule
 * with the pattern of before. Here the selectors come along; a body without any changes the flag alone.
 */
export async function updateRule(
  ctx: Context,
  project: GuardedProject,
  id: number,
  given: GivenRule,
): Promise<void> {
  await changing(ctx, project, async (ctx) => {
    const before = await store.findRule(ctx.db, project.id, id);
    if (!before) throw unknown(id);
    const disabled = given.disabled ?? false;
    const turned = disabled !== before.disabled;
    const from = selectorsOf(before);
    const bare = turned && !given.tag_selectors && !given.scope_selectors;
    const to = bare ? from : checkedSelectors(given);
    if (await store.isTaken(ctx.db, project.id, to, id)) throw taken();
    await store.updateRule(ctx.db, id, { ...to, disabled });
    await recordRule(ctx, 'update', project, { id, ...(turned && { disabled }), ...(!bare && { from, to }) });
  });
}

export async function deleteRule(ctx: Context, project: GuardedProject, id: number): Promise<void> {
  await changing(ctx, project, async (ctx) => {
    const rule = await store.findRule(ctx.db, project.id, id);
    if (!rule) throw unknown(id);
    await store.removeRule(ctx.db, id);
    await recordRule(ctx, 'delete', project, { id, ...selectorsOf(rule) });
  });
}

const unknown = (id: number) => new Failure('NOT_FOUND', `immutability rule ${id} not found`);

/** When this returns, no push anywhere goes by the rules of before. */
async function changing<T>(
  ctx: Context,
  project: GuardedProject,
  work: (ctx: TxContext) => Promise<T>,
): Promise<T> {
  try {
    return await inTransaction(ctx, async (ctx) => {
      await store.lockRules(ctx.db, project.id);
      const result = await work(ctx);
      await store.raiseEpoch(ctx.db, project.id);
      await announce(ctx, `project:${project.name}`);
      return result;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23503') throw error;
    throw new Failure('NOT_FOUND', `project ${project.name} was deleted at this moment`, { cause: error });
  }
}

function selectorsOf(row: RuleRow): RuleSelectors {
  const { tag_decoration, tag_pattern, tag_extras, repository_decoration, repository_pattern } = row;
  return { tag_decoration, tag_pattern, tag_extras, repository_decoration, repository_pattern };
}

function recordRule(
  ctx: TxContext,
  operation: 'create' | 'update' | 'delete',
  project: GuardedProject,
  detail: Record<string, unknown>,
): Promise<void> {
  const { id: project_id, name: resource } = project;
  return record(ctx, { operation, resource_type: 'immutable_rule', resource, project_id, detail });
}

/** Says everything that is wrong at once. */
function checkedSelectors(given: GivenRule): RuleSelectors {
  const problems: string[] = [];
  if (given.action && given.action !== 'immutable') {
    problems.push(`action should be immutable, but got: ${quote(given.action)}`);
  }
  if (given.template && given.template !== 'immutable_template') {
    problems.push(`template should be immutable_template, but got: ${quote(given.template)}`);
  }
  const tag = onlyOne(given.tag_selectors, 'tag_selectors', ['matches', 'excludes'], problems);
  const repository = onlyOne(
    given.scope_selectors?.['repository'],
    'scope_selectors.repository',
    ['repoMatches', 'repoExcludes'],
    problems,
  );
  const others = Object.keys(given.scope_selectors ?? {}).filter((scope) => scope !== 'repository');
  if (others.length > 0) {
    problems.push(`scope_selectors knows only repository, not ${others.slice(0, 5).map(quote).join(', ')}`);
  }
  if (tag === undefined || repository === undefined || problems.length > 0) {
    throw new Failure('BAD_REQUEST', `invalid immutability rule: ${problems.join('; ')}`);
  }
  return {
    tag_decoration: tag.decoration,
    tag_pattern: tag.pattern,
    tag_extras: tag.extras,
    repository_decoration: repository.decoration,
    repository_pattern: repository.pattern,
  };
}

function onlyOne<const D extends 'matches' | 'excludes' | 'repoMatches' | 'repoExcludes'>(
  given: readonly GivenSelector[] | null | undefined,
  where: string,
  decorations: readonly D[],
  problems: string[],
): { decoration: D; pattern: string; extras: string } | undefined {
  const [selector, ...more] = given ?? [];
  // S-035: a rule with several would have to mean all of them; Harbor looked at the first only.
  if (selector === undefined || more.length > 0) {
    problems.push(`${where} should have exactly one selector, but has ${given?.length ?? 0}`);
    return undefined;
  }
  const { kind, decoration: decorated, pattern, extras } = selector;
  // Harbor: its command line names none.
  if (kind && kind !== 'doublestar')
    problems.push(`${where}: kind should be doublestar, but got: ${quote(kind)}`);
  const decoration = decorations.find((one) => one === decorated);
  if (decoration === undefined) {
    problems.push(
      `${where}: decoration should be ${decorations.join(' or ')}, but got: ${quote(decorated ?? '')}`,
    );
    return undefined;
  }
  try {
    compileSelector({ decoration, pattern: pattern ?? '' });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    problems.push(`${where}: ${error.message}`);
  }
  return { decoration, pattern: pattern ?? '', extras: extras ?? '' };
}
