import { ActionIcon, Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SelectorDraft } from './rule-draft.ts';

interface SelectorFieldsProps {
  readonly of: 'repositories' | 'tags';
  readonly value: readonly SelectorDraft[];
  readonly onChange: (value: readonly SelectorDraft[]) => void;
  /** Immutability knows one condition; retention any number, all of which must hold. */
  readonly only?: boolean;
}

/** Which repositories or tags: those of a pattern, or all others. */
export function SelectorFields({ of, value, onChange, only = false }: SelectorFieldsProps) {
  const { t } = useTranslation('policies');
  const change = (place: number, next: Partial<SelectorDraft>) =>
    onChange(value.map((one, index) => (index === place ? { ...one, ...next } : one)));
  return (
    <Stack gap="xs" role="group" aria-label={t(`rule.${of}`)}>
      {value.map((selector, place) => (
        // Their place is all that tells them apart.
        <Group key={place} gap="xs" align="end" wrap="nowrap">
          <NativeSelect
            label={place === 0 ? t(`rule.${of}`) : undefined}
            aria-label={place === 0 ? undefined : t('rule.andAlso')}
            value={selector.excludes ? 'excludes' : 'matches'}
            data={[
              { value: 'matches', label: t('rule.matching') },
              { value: 'excludes', label: t('rule.excluding') },
            ]}
            onChange={(event) => change(place, { excludes: event.currentTarget.value === 'excludes' })}
          />
          <TextInput
            className="grow"
            aria-label={t(`rule.pattern.${of}`, { number: place + 1 })}
            value={selector.pattern}
            maxLength={4_096}
            autoComplete="off"
            spellCheck={false}
            error={selector.pattern.trim() === ''}
            onChange={(event) => change(place, { pattern: event.currentTarget.value })}
          />
          {value.length > 1 && (
            <ActionIcon
              size="input-sm"
              variant="default"
              aria-label={t('rule.removeCondition', { number: place + 1 })}
              onClick={() => onChange(value.filter((_, index) => index !== place))}
            >
              ×
            </ActionIcon>
          )}
        </Group>
      ))}
      {!only && value.length < 20 && (
        <div>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => onChange([...value, { excludes: true, pattern: '' }])}
          >
            {t(`rule.addCondition.${of}`)}
          </Button>
        </div>
      )}
    </Stack>
  );
}
