import { compileSelector, nameWithinProject } from '#src/oci/selector.ts';
import type { RetentionRule, TagSelector, Template } from './rules.ts';

/** What a rule looks at. Times are milliseconds since 1970. */
export interface Candidate {
  readonly tags: readonly string[];
  /** When it was pushed or tagged last. */
  readonly pushed: number;
  /** Undefined when it was never pulled. */
  readonly pulled: number | undefined;
}

export interface SelectionOptions {
  readonly now: number;
  /** Pull times are not recorded (setting pull_time_update_disable): nobody knows what was pulled. */
  readonly pullsUnknown: boolean;
}

interface CompiledRule {
  readonly id: number;
  readonly text: string;
  readonly template: Template;
  readonly number: number;
  selectsRepository(name: string): boolean;
  selects(tags: readonly string[]): boolean;
}

/** Of the dates seen, those that are among the latest. Memory is bounded by their number, not by that of the dates. */
class Latest {
  readonly #most: number;
  #dates: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(date: number): void {
    this.#dates.push(date);
    if (this.#dates.length >= 2 * this.#most + 1_024) this.#trim();
  }

  /** The oldest date that is still among the latest. */
  least(): number {
    this.#trim();
    return this.#dates.length < this.#most ? Number.NEGATIVE_INFINITY : (this.#dates.at(-1) ?? 0);
  }

  #trim(): void {
    this.#dates.sort((a, b) => b - a);
    this.#dates.length = Math.min(this.#dates.length, this.#most);
  }
}

/**
 * What the rules of a policy keep in one repository: first every candidate is shown to `see`, then `keptBy` says for
 * each which rule keeps it. In between only one date for each rule has to be remembered.
 *
 * A date that cannot be true (in the future) is unknown: what has it is kept and takes nobody's place. Equal dates at
 * the end of the latest are all kept, since nobody knows which came first (I-11).
 */
export class Selection {
  readonly #rules: readonly CompiledRule[];
  readonly #options: SelectionOptions;
  readonly #latest = new Map<CompiledRule, Latest>();
  readonly #least = new Map<CompiledRule, number>();

  constructor(rules: readonly RetentionRule[], repository: string, options: SelectionOptions) {
    const name = nameWithinProject(repository);
    this.#rules = compileRules(rules).filter((rule) => rule.selectsRepository(name));
    this.#options = options;
    for (const rule of this.#rules) if (isCounting(rule)) this.#latest.set(rule, new Latest(rule.number));
  }

  /** No enabled rule is about this repository: nothing of it is touched (Harbor). */
  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  see(candidate: Candidate): void {
    for (const [rule, latest] of this.#latest) {
      const date = dateFor(rule.template, candidate);
      if (date <= this.#options.now && rule.selects(candidate.tags)) latest.add(date);
    }
  }

  /** The rule that keeps it, in words too; undefined when none does. */
  keptBy(candidate: Candidate): { id: number; text: string } | undefined {
    return this.#rules.find((rule) => rule.selects(candidate.tags) && this.#keeps(rule, candidate));
  }

  #keeps(rule: CompiledRule, candidate: Candidate): boolean {
    const { now, pullsUnknown } = this.#options;
    if (rule.template === 'always') return true;
    if (pullsUnknown && looksAtPulls.has(rule.template)) return true;
    const date = dateFor(rule.template, candidate);
    if (Number.isNaN(date) || date > now) return true;
    return date >= this.#leastOf(rule, now);
  }

  #leastOf(rule: CompiledRule, now: number): number {
    const known = this.#least.get(rule);
    if (known !== undefined) return known;
    const least = this.#latest.get(rule)?.least() ?? now - rule.number * 86_400_000;
    this.#least.set(rule, least);
    return least;
  }
}

const looksAtPulls: ReadonlySet<Template> = new Set(['latestPulledN', 'nDaysSinceLastPull', 'latestActiveK']);

const isCounting = ({ template }: CompiledRule): boolean =>
  template === 'latestPushedK' || template === 'latestPulledN' || template === 'latestActiveK';

function dateFor(template: Template, { pushed, pulled }: Candidate): number {
  switch (template) {
    case 'latestPulledN':
      return pulled ?? Number.NEGATIVE_INFINITY;
    case 'nDaysSinceLastPull':
      // Harbor: what was never pulled goes at once, a fresh push too. Here its time begins with the push.
      return Math.max(pulled ?? pushed, pushed);
    case 'latestActiveK':
      return Math.max(pulled ?? pushed, pushed);
    default:
      return pushed;
  }
}

/** Whether some enabled rule is about the repository. */
export function repositoryFilter(rules: readonly RetentionRule[]): (repository: string) => boolean {
  const compiled = compileRules(rules);
  return (repository) => compiled.some((rule) => rule.selectsRepository(nameWithinProject(repository)));
}

function compileRules(rules: readonly RetentionRule[]): CompiledRule[] {
  return rules.filter(({ disabled }) => !disabled).map(compileRule);
}

function compileRule(rule: RetentionRule): CompiledRule {
  const repositories = rule.scope_selectors.repository.map(compileSelector);
  const tags = rule.tag_selectors.map(compileTags);
  const number = rule.params[rule.template] ?? 0;
  return {
    id: rule.id,
    text: `rule ${rule.id} (${rule.template}${rule.template === 'always' ? '' : ` ${number}`})`,
    template: rule.template,
    number,
    selectsRepository: (name) => repositories.every((selector) => selector.selects(name)),
    selects: (names) => tags.every((selects) => selects(names)),
  };
}

/** Harbor: one fitting tag selects the artifact; `extras` says what is meant for artifacts without tags. */
function compileTags({ decoration, pattern, extras }: TagSelector): (tags: readonly string[]) => boolean {
  const selector = compileSelector({ decoration, pattern });
  const untagged = untaggedOf(extras) ?? decoration === 'matches';
  const selectsUntagged = decoration === 'matches' ? untagged : !untagged;
  return (tags) => (tags.length === 0 ? selectsUntagged : tags.some((tag) => selector.selects(tag)));
}

/** Harbor: what is no JSON says nothing. */
function untaggedOf(extras: string): boolean | undefined {
  try {
    const value = JSON.parse(extras) as { untagged?: unknown } | null;
    if (value === null || typeof value !== 'object') return undefined;
    return value.untagged === true;
  } catch {
    return undefined;
  }
}
