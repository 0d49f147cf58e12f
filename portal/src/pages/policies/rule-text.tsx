import { Code } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetentionRule } from '../../../../src/features/retention/retention.contract.ts';
import { draftOf, type SelectorDraft } from './rule-draft.ts';

const templates = [
  'latestPushedK',
  'latestPulledN',
  'nDaysSinceLastPush',
  'nDaysSinceLastPull',
  'always',
  'latestActiveK',
  'lastXDays',
] as const;

type Template = (typeof templates)[number];

export const isTemplate = (name: string): name is Template => templates.some((known) => known === name);

/** What a rule keeps, in a few words: "the 10 most recently pushed". */
export function useRuleName(): (rule: RetentionRule) => string {
  const { t } = useTranslation('policies');
  return ({ template = '', params = {} }) =>
    isTemplate(template) ? t(`keeps.${template}`, { count: params[template] ?? 0 }) : template;
}

/** A rule as a sentence. */
export function RuleText({ rule }: { rule: RetentionRule }) {
  const { t } = useTranslation('policies');
  const nameOf = useRuleName();
  const { repositories, tags, untagged } = draftOf(rule);
  return (
    <>
      {nameOf(rule)}, {t('rule.inTags')} <Selectors of={tags} />{' '}
      {untagged ? t('rule.withUntagged') : t('rule.withoutUntagged')}, {t('rule.inRepositories')}{' '}
      <Selectors of={repositories} />
    </>
  );
}

export function Selectors({ of }: { of: readonly SelectorDraft[] }) {
  const { t } = useTranslation('policies');
  return of.map(({ excludes, pattern }, place) => (
    <Fragment key={place}>
      {place > 0 && ` ${t('rule.and')} `}
      {excludes && `${t('rule.not')} `}
      <Code className="pattern">{pattern}</Code>
    </Fragment>
  ));
}
