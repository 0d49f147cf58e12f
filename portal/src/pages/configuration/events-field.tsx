import { Checkbox, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/use-api.ts';
import type { FieldProps } from './field-props.ts';

/** A comma-separated list of the kinds of events that the server knows. */
export function EventsField({ label, description, value, disabled, error, onChange }: FieldProps) {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['audit-event-types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api('GET /auditlog-exts/events', { signal }),
  });
  const chosen = String(value).split(',').filter(Boolean);
  // One that this version does not know stays until somebody takes it away.
  const known = data?.flatMap(({ event_type }) => event_type ?? []) ?? [];
  const all = [...new Set([...known, ...chosen])];
  const turn = (type: string, on: boolean) =>
    onChange(all.filter((one) => (one === type ? on : chosen.includes(one))).join(','));
  return (
    <fieldset className="setting-group" disabled={disabled}>
      <legend>{label}</legend>
      <Text size="xs" c="dimmed">
        {description}
      </Text>
      <div className="setting-events">
        {all.map((type) => (
          <Checkbox
            key={type}
            size="xs"
            label={type}
            checked={chosen.includes(type)}
            onChange={(event) => turn(type, event.currentTarget.checked)}
          />
        ))}
      </div>
      {error !== undefined && (
        <Text size="sm" c="var(--mantine-color-error)" mt="xs">
          {error}
        </Text>
      )}
    </fieldset>
  );
}
