import { Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetentionRule } from '../../../../src/features/retention/retention.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { Preview } from './preview.tsx';
import { draftOf, isAmount, isWhole, newRule, type RuleDraft, ruleOf, withRule } from './rule-draft.ts';
import { isTemplate } from './rule-text.tsx';
import { SelectorFields } from './selector-fields.tsx';
import type { RetentionState } from './use-retention.ts';

interface RuleDialogProps {
  readonly retention: RetentionState;
  /** Which rule; undefined is a new one. */
  readonly place: number | undefined;
  readonly onClose: () => void;
}

/** A rule, and beside it what a run by all rules together would do. */
export function RuleDialog({ retention, place, onClose }: RuleDialogProps) {
  const { t } = useTranslation('policies');
  const { rules, save } = retention;
  const before = place === undefined ? undefined : rules[place];
  const [draft, setDraft] = useState<RuleDraft>(() => (before ? draftOf(before) : newRule));
  const [tried, setTried] = useState(false);
  const whole = isWhole(draft);
  const next = whole ? withRule(rules, place, ruleOf(draft)) : undefined;
  const submit = () => {
    setTried(true);
    if (!next) return;
    save.mutate(
      { rules: next },
      {
        onSuccess: () => {
          notifications.show({ message: t('rule.saved') });
          onClose();
        },
      },
    );
  };
  const change = (part: Partial<RuleDraft>) => {
    save.reset();
    setDraft({ ...draft, ...part });
  };
  return (
    <FormDialog
      title={before ? t('rule.editNumber', { number: place }) : t('rule.add')}
      size="xl"
      action={t('rule.save')}
      pending={save.isPending}
      error={save.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <div className="rule-editor">
        <Stack>
          <SelectorFields
            of="repositories"
            value={draft.repositories}
            onChange={(repositories) => change({ repositories })}
          />
          <Keep draft={draft} onChange={change} wrong={tried} />
          <SelectorFields of="tags" value={draft.tags} onChange={(tags) => change({ tags })} />
          <Checkbox
            label={t('rule.untagged')}
            checked={draft.untagged}
            onChange={(event) => change({ untagged: event.currentTarget.checked })}
          />
          <Text size="xs" c="dimmed">
            {t('rule.patternHelp')}
          </Text>
        </Stack>
        <Preview rules={next && asSwitchedOn(next, place)} />
      </div>
    </FormDialog>
  );
}

/** What is being edited is shown at work, also while it is switched off. */
const asSwitchedOn = (rules: readonly RetentionRule[], place = rules.length - 1) =>
  rules.map((rule, index) => (index === place ? { ...rule, disabled: false } : rule));

interface KeepProps {
  readonly draft: RuleDraft;
  readonly onChange: (part: Partial<RuleDraft>) => void;
  readonly wrong: boolean;
}

/** What of the selected is kept: the templates are those that the server offers. */
function Keep({ draft, onChange, wrong }: KeepProps) {
  const { t } = useTranslation('policies');
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['retention-metadata'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api('GET /retentions/metadatas', { signal }),
  });
  const offered = data?.templates.flatMap(({ rule_template }) => rule_template ?? []) ?? [];
  const names = [...new Set([...offered, draft.template])];
  const days = /Days|Since/i.test(draft.template);
  return (
    <Group align="start" wrap="nowrap" gap="xs">
      <NativeSelect
        className="grow"
        label={t('rule.keep')}
        value={draft.template}
        data={names.map((name) => ({ value: name, label: isTemplate(name) ? t(`template.${name}`) : name }))}
        onChange={(event) => onChange({ template: event.currentTarget.value })}
      />
      {draft.template !== 'always' && (
        <TextInput
          label={days ? t('rule.days') : t('rule.count')}
          w="6rem"
          inputMode="numeric"
          required
          value={draft.amount}
          error={wrong && !isAmount(draft.amount) ? t('rule.amountWrong') : undefined}
          onChange={(event) => onChange({ amount: event.currentTarget.value })}
        />
      )}
    </Group>
  );
}
