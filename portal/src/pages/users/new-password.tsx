import { type PasswordInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PasswordField } from '../../components/password-field.tsx';

interface NewPasswordProps {
  /** The dialog begins with it. */
  readonly first?: true;
  readonly password: PasswordInputProps;
  readonly again: PasswordInputProps;
}

/** A password twice, and what the server asks of it. */
export function NewPassword({ first, password, again }: NewPasswordProps) {
  const { t } = useTranslation('users');
  const eye = { visibilityToggleButtonProps: { 'aria-label': t('signIn.show') } };
  return (
    <>
      <PasswordField
        label={t('signIn.password')}
        description={t('signUp.passwordRule')}
        required
        autoComplete="new-password"
        {...eye}
        {...(first ? { 'data-autofocus': true } : {})}
        {...password}
      />
      <PasswordField label={t('signUp.again')} required autoComplete="new-password" {...eye} {...again} />
    </>
  );
}
