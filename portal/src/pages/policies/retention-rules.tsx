import { Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetentionRule } from '../../../../src/features/retention/retention.contract.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { RuleText } from './rule-text.tsx';
import type { RetentionState } from './use-retention.ts';

/** What of the tab is open: a rule by its place; a new one; the schedule; a run. */
export type Opened = number | 'add' | 'schedule' | 'run' | 'dry-run' | undefined;

interface RetentionRulesProps {
  readonly retention: RetentionState;
  readonly onOpen: (open: Opened) => void;
}

/** Harbor's bound. */
const mostRules = 15;

/** All rules of the policy: there are fifteen at most, so nothing is paged. */
export function RetentionRules({ retention, onOpen }: RetentionRulesProps) {
  const { t } = useTranslation('policies');
  const { can } = useProject();
  const [leaving, setLeaving] = useState<number>();
  const { rules, save } = retention;
  const refusal = can('tag-retention:update') ? undefined : t('retention.mayNotChange');
  const add = (
    <ActionButton
      size="xs"
      refusal={refusal ?? (rules.length >= mostRules ? t('rule.enough', { count: mostRules }) : undefined)}
      onClick={() => onOpen('add')}
    >
      {t('rule.add')}
    </ActionButton>
  );
  if (rules.length === 0) {
    return (
      <div className="nothing">
        <Text mb="sm">{t('retention.none')}</Text>
        {add}
      </div>
    );
  }
  return (
    <section>
      <div className="section-head">
        <h2>{t('retention.rules')}</h2>
        {add}
      </div>
      {leaving === undefined && <FormTrouble error={save.error} />}
      <RuleTable {...{ retention, refusal, onOpen, onLeave: setLeaving }} />
      {leaving !== undefined && (
        <DeleteRuleDialog retention={retention} place={leaving} onClose={() => setLeaving(undefined)} />
      )}
    </section>
  );
}

interface RuleTableProps extends RetentionRulesProps {
  readonly refusal: string | undefined;
  readonly onLeave: (place: number) => void;
}

function RuleTable(props: RuleTableProps) {
  const { t } = useTranslation('policies');
  const { rules } = props.retention;
  const caption = useId();
  return (
    <div className="table-frame rules" tabIndex={0} role="region" aria-labelledby={caption}>
      <table>
        <caption id={caption}>{t('retention.rules')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('rule.number')}</th>
            <th scope="col">{t('rule.keeps')}</th>
            <th scope="col">{t('rule.state')}</th>
            <th scope="col">{t('table.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, place) => (
            // A rule's id is its place.
            <tr key={place}>
              <th scope="row" className="number">
                {place}
              </th>
              <td>
                <RuleText rule={rule} />
              </td>
              <td>
                <StateMark tone={rule.disabled ? 'quiet' : 'good'}>
                  {rule.disabled ? t('rule.off') : t('rule.on')}
                </StateMark>
              </td>
              <td>
                <RuleActions {...props} rule={rule} place={place} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RuleActionsProps extends RuleTableProps {
  readonly rule: RetentionRule;
  readonly place: number;
}

function RuleActions({ retention, rule, place, refusal, onOpen, onLeave }: RuleActionsProps) {
  const { t } = useTranslation('policies');
  const { rules, save } = retention;
  const turn = () =>
    save.mutate(
      { rules: rules.map((one, index) => (index === place ? { ...one, disabled: !rule.disabled } : one)) },
      {
        onSuccess: () =>
          notifications.show({ message: rule.disabled ? t('rule.turnedOn') : t('rule.turnedOff') }),
      },
    );
  const usual = { size: 'compact-xs', variant: 'default', refusal } as const;
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionButton
        {...usual}
        aria-label={t('rule.editNumber', { number: place })}
        onClick={() => onOpen(place)}
      >
        {t('rule.edit')}
      </ActionButton>
      <ActionButton
        {...usual}
        aria-label={t(rule.disabled ? 'rule.turnOnNumber' : 'rule.turnOffNumber', { number: place })}
        onClick={turn}
      >
        {rule.disabled ? t('rule.turnOn') : t('rule.turnOff')}
      </ActionButton>
      <ActionButton
        {...usual}
        aria-label={t('rule.deleteNumber', { number: place })}
        onClick={() => onLeave(place)}
      >
        {t('dialog.delete')}
      </ActionButton>
    </Group>
  );
}

interface DeleteRuleProps {
  readonly retention: RetentionState;
  readonly place: number;
  readonly onClose: () => void;
}

function DeleteRuleDialog({ retention, place, onClose }: DeleteRuleProps) {
  const { t } = useTranslation('policies');
  const { rules, save } = retention;
  return (
    <ConfirmDialog
      title={t('rule.deleteNumber', { number: place })}
      text={t('rule.deleteText')}
      action={t('dialog.delete')}
      pending={save.isPending}
      error={save.error}
      onClose={onClose}
      onConfirm={() =>
        save.mutate(
          { rules: rules.filter((_, index) => index !== place) },
          {
            onSuccess: () => {
              notifications.show({ message: t('rule.deleted') });
              onClose();
            },
          },
        )
      }
    />
  );
}
