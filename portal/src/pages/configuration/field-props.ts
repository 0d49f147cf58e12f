import type { Value } from './settings.ts';

/** What every control of a setting is given. */
export interface FieldProps {
  readonly label: string;
  readonly description: string;
  readonly value: Value;
  readonly disabled: boolean;
  readonly error: string | undefined;
  readonly onChange: (value: Value) => void;
}
