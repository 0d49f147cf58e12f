import { compilePattern, PatternError } from './pattern.ts';

/** Which tags or repositories a rule of a policy is about (jobs.md section 4): those of a pattern, or all others. */
export interface Selector {
  readonly decoration: 'matches' | 'excludes' | 'repoMatches' | 'repoExcludes';
  readonly pattern: string;
}

export interface CompiledSelector {
  selects(name: string): boolean;
}

/** Throws a PatternError that says what is wrong. */
export function compileSelector({ decoration, pattern }: Selector): CompiledSelector {
  // Harbor demands one, and what an empty one should mean nobody can know.
  if (pattern === '') throw new PatternError('the pattern is empty; ** is everything');
  const compiled = compilePattern(pattern);
  const wanted = decoration === 'matches' || decoration === 'repoMatches';
  return { selects: (name) => compiled.matches(name) === wanted };
}

/** The name of a repository below its project, as rules of a project write it. */
export function nameWithinProject(repository: string): string {
  return repository.slice(repository.indexOf('/') + 1);
}

export interface ProtectingRule {
  readonly id: number;
  readonly tag: Selector;
  readonly repository: Selector;
}

/** Which tags of a project never change once they are there. */
export interface Protection {
  /** Counts the changes of the rules: what was decided with an older number is decided anew. */
  readonly epoch: number;
  /** No rule protects anything. */
  readonly isEmpty: boolean;
  /** The tags, of those given, that some rule makes immutable. `repository` is the whole name. */
  protects(repository: string, tags: readonly string[]): string[];
  /** The first rule that makes this tag immutable. */
  ruleOf(repository: string, tag: string): ProtectingRule | undefined;
}

export function compileProtection(epoch: number, rules: readonly ProtectingRule[]): Protection {
  if (rules.length === 0) return { epoch, isEmpty: true, protects: () => [], ruleOf: () => undefined };
  const compiled = rules.map((rule) => ({
    rule,
    tag: compileSelector(rule.tag),
    repository: compileSelector(rule.repository),
  }));
  const rulesFor = (repository: string) => {
    const name = nameWithinProject(repository);
    return compiled.filter((rule) => rule.repository.selects(name));
  };
  return {
    epoch,
    isEmpty: false,
    protects(repository, tags) {
      const here = rulesFor(repository);
      if (here.length === 0) return [];
      return tags.filter((tag) => here.some((rule) => rule.tag.selects(tag)));
    },
    ruleOf: (repository, tag) => rulesFor(repository).find((one) => one.tag.selects(tag))?.rule,
  };
}
