import { Checkbox, Fieldset, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { grouped, isKnown } from './webhook-draft.ts';

interface EventChoiceProps {
  readonly events: readonly string[];
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
}

/** Events by what they are about, each with the sentence that says when it happens. */
export function EventChoice({ events, value, onChange }: EventChoiceProps) {
  const { t } = useTranslation('webhooks');
  const turn = (event: string) =>
    onChange(value.includes(event) ? value.filter((one) => one !== event) : [...value, event]);
  return (
    <Fieldset legend={t('events')}>
      {value.length === 0 && (
        <Text size="sm" c="var(--mantine-color-error)" role="status">
          {t('noEvents')}
        </Text>
      )}
      {grouped(events).map(({ group, events: some }) => (
        <Stack key={group} gap="xs" mb="sm" role="group" aria-label={t(`group.${group}`)}>
          <Text size="sm" fw={600}>
            {t(`group.${group}`)}
          </Text>
          {some.map((event) => (
            <Checkbox
              key={event}
              label={isKnown(event) ? t(`event.${event}`) : event}
              description={isKnown(event) ? t(`eventHelp.${event}`) : undefined}
              checked={value.includes(event)}
              onChange={() => turn(event)}
            />
          ))}
        </Stack>
      ))}
    </Fieldset>
  );
}
