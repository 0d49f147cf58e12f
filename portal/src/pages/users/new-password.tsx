import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface NewPasswordProps {
  /** The dialog begins with it. */
  readonly first?: true;
  readonly password: PasswordInputProps;
  readonly again: PasswordInputProps;
}

/** A password twice, and what the server asks of it. */
export function NewPassword({ first, password, again }: NewPasswordProps) {
  const { t } = useTranslation('users');
  // Mantine marks it only for the eye.
  const invalid = (error: unknown) => ({ 'aria-invalid': Boolean(error) });
  const eye = { visibilityToggleButtonProps: { 'aria-label': t('signIn.show') } };
  return (
    <>
      <PasswordInput
        label={t('signIn.password')}
        description={t('signUp.passwordRule')}
        required
        autoComplete="new-password"
        {...eye}
        {...(first ? { 'data-autofocus': true } : {})}
        {...password}
        {...invalid(password.error)}
      />
      <PasswordInput
        label={t('signUp.again')}
        required
        autoComplete="new-password"
        {...eye}
        {...again}
        {...invalid(again.error)}
      />
    </>
  );
}
