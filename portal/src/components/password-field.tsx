import { PasswordInput, type PasswordInputProps } from '@mantine/core';

/** Mantine marks a wrong one only for the eye. */
export function PasswordField(props: PasswordInputProps) {
  return <PasswordInput aria-invalid={Boolean(props.error)} {...props} />;
}
