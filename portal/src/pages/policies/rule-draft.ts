import type {
  RetentionPolicy,
  RetentionRule,
} from '../../../../src/features/retention/retention.contract.ts';

/** One condition on a name, as it is edited. */
export interface SelectorDraft {
  readonly excludes: boolean;
  readonly pattern: string;
}

export interface RuleDraft {
  readonly repositories: readonly SelectorDraft[];
  readonly tags: readonly SelectorDraft[];
  readonly untagged: boolean;
  readonly template: string;
  readonly amount: string;
}

interface Selector {
  readonly decoration?: string | undefined;
  readonly pattern?: string | undefined;
  readonly extras?: string | undefined;
}

const everything: SelectorDraft = { excludes: false, pattern: '**' };

export const newRule: RuleDraft = {
  repositories: [everything],
  tags: [everything],
  untagged: true,
  template: 'latestPushedK',
  amount: '10',
};

export const draftOfSelector = ({ decoration = '', pattern = '' }: Selector): SelectorDraft => ({
  excludes: /excludes$/i.test(decoration),
  pattern,
});

export function draftOf(rule: RetentionRule): RuleDraft {
  const { template = 'always', params = {} } = rule;
  return {
    repositories: (rule.scope_selectors?.['repository'] ?? []).map(draftOfSelector),
    tags: rule.tag_selectors.map(draftOfSelector),
    untagged: rule.tag_selectors.every(selectsUntagged),
    template,
    amount: String(params[template] ?? ''),
  };
}

/** As the server reads it: what is not said is that "matches" means untagged ones too, and "excludes" not. */
function selectsUntagged({ decoration, extras = '' }: Selector): boolean {
  const said = /"untagged":\s*(true|false)/.exec(extras)?.[1];
  return decoration === 'matches' ? said !== 'false' : said !== 'true';
}

/** What people know from Harbor's form: names with commas between them are any of these. */
export function patternOf({ pattern }: SelectorDraft): string {
  const text = pattern.trim();
  return text.includes(',') && !text.includes('{') ? `{${text.replaceAll(/\s*,\s*/g, ',')}}` : text;
}

export function ruleOf({ repositories, tags, untagged, template, amount }: RuleDraft): RetentionRule {
  return {
    disabled: false,
    action: 'retain',
    template,
    params: template === 'always' ? {} : { [template]: Number(amount) },
    tag_selectors: tags.map((tag) => ({
      kind: 'doublestar',
      decoration: tag.excludes ? 'excludes' : 'matches',
      pattern: patternOf(tag),
      extras: JSON.stringify({ untagged: tag.excludes ? !untagged : untagged }),
    })),
    scope_selectors: {
      repository: repositories.map((repository) => ({
        kind: 'doublestar',
        decoration: repository.excludes ? 'repoExcludes' : 'repoMatches',
        pattern: patternOf(repository),
      })),
    },
  };
}

export const isAmount = (text: string): boolean => /^[1-9]\d{0,7}$/.test(text.trim());

/** Something that the server would take: only then a preview is asked for. */
export function isWhole({ repositories, tags, template, amount }: RuleDraft): boolean {
  return (
    (template === 'always' || isAmount(amount)) &&
    [...repositories, ...tags].every(({ pattern }) => pattern.trim() !== '')
  );
}

/** The rules with one of them changed, or with one more. */
export function withRule(
  rules: readonly RetentionRule[],
  place: number | undefined,
  rule: RetentionRule,
): RetentionRule[] {
  if (place === undefined) return [...rules, rule];
  return rules.map((one, index) => (index === place ? { ...rule, disabled: one.disabled ?? false } : one));
}

export const cronOf = (policy: RetentionPolicy | undefined): string => policy?.trigger?.settings?.cron ?? '';

/** The whole policy, as POST and PUT take it: what is not said would be lost. */
export function policyBody(projectId: number, rules: readonly RetentionRule[], cron: string) {
  return {
    algorithm: 'or',
    rules: [...rules],
    trigger: { kind: 'Schedule', settings: { cron }, references: {} },
    scope: { level: 'project', ref: projectId },
  };
}
