import { Alert, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, use, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProtectingRule } from '../../../src/features/artifacts/artifacts.contract.ts';
import { ApiFailure } from '../api/failure.ts';
import { ProjectContext } from './project-context.ts';
import { StateMark } from './state-mark.tsx';

/** Why a tag stays as it is, with the rule that says so. */
export function useProtection(): (rule: ProtectingRule | undefined) => string {
  const { t } = useTranslation();
  return useCallback(
    (rule) => {
      if (!rule) return t('immutableRule.some');
      const patternOf = ({ decoration, pattern }: ProtectingRule['tag']) =>
        /excludes$/i.test(decoration) ? t('immutableRule.allBut', { pattern }) : pattern;
      const { id, tag, repository } = rule;
      return t('immutableRule.named', { id, tags: patternOf(tag), repositories: patternOf(repository) });
    },
    [t],
  );
}

/** The mark of an immutable tag. It leads to the rule those who may see the rules. */
export function ImmutableBadge({ rule }: { rule: ProtectingRule | undefined }) {
  const { t } = useTranslation();
  const title = useProtection()(rule);
  const text = (
    <StateMark tone="quiet" title={title}>
      {t('immutableRule.immutable')}
    </StateMark>
  );
  if (!rule) return text;
  return (
    <RuleLink rule={rule.id} otherwise={text}>
      {text}
    </RuleLink>
  );
}

/** Below a refusal of the server: which rule it was, where the server says so. */
export function RefusingRule({ error }: { error: Error }) {
  const rule = error instanceof ApiFailure ? ruleIn(error.detail) : undefined;
  const text = useProtection()(rule);
  const { t } = useTranslation();
  if (!rule) return null;
  return (
    <Alert color="gray" variant="outline">
      <Text size="sm" className="server-words">
        {text}
      </Text>
      <RuleLink rule={rule.id}>{t('immutableRule.show', { id: rule.id })}</RuleLink>
    </Alert>
  );
}

const isRule = (value: unknown): value is ProtectingRule =>
  typeof value === 'object' && value !== null && 'id' in value && 'tag' in value && 'repository' in value;

function ruleIn(detail: unknown): ProtectingRule | undefined {
  if (typeof detail !== 'object' || detail === null || !('immutable_rule' in detail)) return undefined;
  return isRule(detail.immutable_rule) ? detail.immutable_rule : undefined;
}

/** For those who may see the rules; for others only what it would hold, or nothing. */
function RuleLink({ rule, children, otherwise = null }: RuleLinkProps) {
  const project = use(ProjectContext);
  if (!project?.can('immutable-tag:list')) return otherwise;
  return (
    <Link
      to="/harbor/projects/$id/tag-strategy/immutable-tag"
      params={{ id: String(project.id) }}
      search={{ rule }}
      style={{ color: 'var(--mantine-color-anchor)' }}
    >
      {children}
    </Link>
  );
}

interface RuleLinkProps {
  readonly rule: number;
  readonly children: ReactNode;
  readonly otherwise?: ReactNode;
}
