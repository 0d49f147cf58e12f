import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImmutableRule } from '../../../../src/features/immutability/immutability.contract.ts';
import { useApi } from '../../api/use-api.ts';
import { FormDialog } from '../../components/dialog.tsx';
import { useProject } from '../../components/project-context.ts';
import { draftOfSelector, patternOf, type SelectorDraft } from './rule-draft.ts';
import { SelectorFields } from './selector-fields.tsx';

interface Draft {
  readonly tags: readonly SelectorDraft[];
  readonly repositories: readonly SelectorDraft[];
}

const usual: Draft = {
  tags: [{ excludes: false, pattern: 'v*' }],
  repositories: [{ excludes: false, pattern: '**' }],
};

export function ImmutableDialog({ rule, onClose }: { rule: ImmutableRule | undefined; onClose: () => void }) {
  const { t } = useTranslation('policies');
  const [draft, setDraft] = useState<Draft>(() =>
    rule
      ? {
          tags: rule.tag_selectors.map(draftOfSelector),
          repositories: (rule.scope_selectors?.['repository'] ?? []).map(draftOfSelector),
        }
      : usual,
  );
  const save = useSave(rule, draft, onClose);
  const whole = [...draft.tags, ...draft.repositories].every(({ pattern }) => pattern.trim() !== '');
  const change = (part: Partial<Draft>) => {
    save.reset();
    setDraft({ ...draft, ...part });
  };
  return (
    <FormDialog
      title={rule ? t('rule.editNumber', { number: rule.id }) : t('rule.add')}
      action={t('rule.save')}
      pending={save.isPending}
      disabled={!whole}
      error={save.error}
      onClose={onClose}
      onSubmit={() => save.mutate()}
    >
      <SelectorFields
        of="repositories"
        only
        value={draft.repositories}
        onChange={(repositories) => change({ repositories })}
      />
      <SelectorFields of="tags" only value={draft.tags} onChange={(tags) => change({ tags })} />
      <Text size="xs" c="dimmed">
        {t('rule.patternHelp')}
      </Text>
    </FormDialog>
  );
}

function useSave(rule: ImmutableRule | undefined, { tags, repositories }: Draft, onClose: () => void) {
  const { t } = useTranslation('policies');
  const api = useApi();
  const client = useQueryClient();
  const project_name_or_id = String(useProject().id);
  const selector = (one: SelectorDraft, decorations: readonly [string, string]) => ({
    kind: 'doublestar',
    decoration: decorations[one.excludes ? 1 : 0],
    pattern: patternOf(one),
  });
  const body = {
    // Harbor: with another state than the stored one it would change only that.
    disabled: rule?.disabled ?? false,
    action: 'immutable',
    template: 'immutable_template',
    tag_selectors: tags.map((one) => selector(one, ['matches', 'excludes'])),
    scope_selectors: {
      repository: repositories.map((one) => selector(one, ['repoMatches', 'repoExcludes'])),
    },
  };
  return useMutation({
    mutationFn: async () => {
      if (rule === undefined) {
        await api('POST /projects/:project_name_or_id/immutabletagrules', {
          params: { project_name_or_id },
          body,
        });
      } else {
        await api('PUT /projects/:project_name_or_id/immutabletagrules/:immutable_rule_id', {
          params: { project_name_or_id, immutable_rule_id: rule.id ?? 0 },
          body,
        });
      }
    },
    onSuccess: async () => {
      notifications.show({ message: t('rule.saved') });
      onClose();
      await client.invalidateQueries({ queryKey: ['immutable-rules'] });
    },
  });
}
