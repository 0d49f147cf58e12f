import { Failure } from '#src/failures.ts';
import { PatternError } from '#src/oci/pattern.ts';
import { quote } from '#src/oci/quote.ts';
import { compileSelector, type Selector } from '#src/oci/selector.ts';

export const templates = [
  'latestPushedK',
  'latestPulledN',
  'nDaysSinceLastPush',
  'nDaysSinceLastPull',
  'always',
  'latestActiveK',
  'lastXDays',
] as const;
export type Template = (typeof templates)[number];

export interface TagSelector extends Selector {
  readonly kind: 'doublestar';
  readonly decoration: 'matches' | 'excludes';
  /** JSON text, `{"untagged":true}`; empty when nothing is said. */
  readonly extras: string;
}

export interface RepositorySelector extends Selector {
  readonly kind: 'doublestar';
  readonly decoration: 'repoMatches' | 'repoExcludes';
}

export interface RetentionRule {
  /** Its place in the policy, from 0 (Harbor). */
  readonly id: number;
  readonly priority: number;
  readonly disabled: boolean;
  readonly template: Template;
  readonly params: Readonly<Record<string, number>>;
  readonly tag_selectors: readonly TagSelector[];
  readonly scope_selectors: { readonly repository: readonly RepositorySelector[] };
}

type Given<T> = T | null | undefined;

interface GivenSelector {
  readonly kind?: Given<string>;
  readonly decoration?: Given<string>;
  readonly pattern?: Given<string>;
  readonly extras?: Given<string>;
}

export interface GivenRule {
  readonly priority?: Given<number>;
  readonly disabled?: Given<boolean>;
  readonly action?: Given<string>;
  readonly template?: Given<string>;
  readonly params?: Given<Readonly<Record<string, unknown>>>;
  readonly tag_selectors?: Given<readonly GivenSelector[]>;
  readonly scope_selectors?: Given<Readonly<Record<string, Given<readonly GivenSelector[]>>>>;
}

const mostRules = 15;
/** Harbor's bounds. */
const mostOf = { count: 32_766, days: 20_190_904 } as const;

/** Says everything that is wrong at once, in Harbor's order: too many, then twice the same, then each by itself. */
export function checkedRules(given: readonly GivenRule[]): RetentionRule[] {
  if (given.length > mostRules) {
    throw new Failure('BAD_REQUEST', `only ${mostRules} retention rules are allowed at most`);
  }
  const problems: string[] = [];
  const rules = given.map((rule, id) => checkedRule(rule, id, problems));
  if (problems.length > 0)
    throw new Failure('BAD_REQUEST', `invalid retention policy: ${problems.join('; ')}`);
  refuseTwice(rules);
  return rules;
}

function refuseTwice(rules: readonly RetentionRule[]): void {
  const seen = new Map<string, number>();
  for (const rule of rules) {
    const key = JSON.stringify({ ...rule, id: 0 });
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      throw new Failure('CONFLICT', `rule ${rule.id} is conflict with rule ${earlier}`);
    }
    seen.set(key, rule.id);
  }
}

function checkedRule(given: GivenRule, id: number, problems: string[]): RetentionRule {
  const where = `rule ${id}`;
  if (given.action && given.action !== 'retain') {
    problems.push(`${where}: action should be retain, but got: ${quote(given.action)}`);
  }
  const template = templates.find((one) => one === given.template);
  if (template === undefined) {
    problems.push(`${where}: rule template ${quote(given.template ?? '')} is not supported`);
  }
  const others = Object.keys(given.scope_selectors ?? {}).filter((scope) => scope !== 'repository');
  if (others.length > 0) {
    problems.push(
      `${where}: scope_selectors knows only repository, not ${others.slice(0, 5).map(quote).join(', ')}`,
    );
  }
  return {
    id,
    priority: given.priority ?? 0,
    disabled: given.disabled ?? false,
    template: template ?? 'always',
    params: template === undefined ? {} : checkedParams(template, given.params ?? {}, where, problems),
    tag_selectors: tagSelectors(given.tag_selectors ?? [], `${where}: tag_selectors`, problems),
    scope_selectors: {
      repository: repositorySelectors(
        given.scope_selectors?.['repository'] ?? [],
        `${where}: scope_selectors.repository`,
        problems,
      ),
    },
  };
}

function checkedParams(
  template: Template,
  params: Readonly<Record<string, unknown>>,
  where: string,
  problems: string[],
): Record<string, number> {
  if (template === 'always') return {};
  const value = Object.hasOwn(params, template) ? params[template] : undefined;
  const most = /^(latest)/.test(template) ? mostOf.count : mostOf.days;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) {
    return { [template]: value };
  }
  const got = value === undefined ? 'nothing' : quote(String(JSON.stringify(value)));
  problems.push(`${where}: params.${template} should be a number from 1 to ${most}, but got: ${got}`);
  return {};
}

const mostSelectors = 20;

function tagSelectors(given: readonly GivenSelector[], where: string, problems: string[]): TagSelector[] {
  return checkedSelectors(given, ['matches', 'excludes'], where, problems).map((selector, i) => ({
    ...selector,
    extras: given[i]?.extras ?? '',
  }));
}

function repositorySelectors(
  given: readonly GivenSelector[],
  where: string,
  problems: string[],
): RepositorySelector[] {
  return checkedSelectors(given, ['repoMatches', 'repoExcludes'], where, problems);
}

function checkedSelectors<const D extends Selector['decoration']>(
  given: readonly GivenSelector[],
  decorations: readonly D[],
  where: string,
  problems: string[],
): { kind: 'doublestar'; decoration: D; pattern: string }[] {
  if (given.length === 0 || given.length > mostSelectors) {
    problems.push(`${where} should have 1 to ${mostSelectors} selectors, but has ${given.length}`);
  }
  return given.slice(0, mostSelectors).flatMap(({ kind, decoration: decorated, pattern }) => {
    // Harbor: its command line names none.
    if (kind && kind !== 'doublestar') {
      problems.push(`${where}: kind should be doublestar, but got: ${quote(kind)}`);
    }
    const decoration = decorations.find((one) => one === decorated);
    if (decoration === undefined) {
      problems.push(
        `${where}: decoration should be ${decorations.join(' or ')}, but got: ${quote(decorated ?? '')}`,
      );
      return [];
    }
    try {
      compileSelector({ decoration, pattern: pattern ?? '' });
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      problems.push(`${where}: ${error.message}`);
    }
    return [{ kind: 'doublestar' as const, decoration, pattern: pattern ?? '' }];
  });
}
