import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Commands } from '../../components/commands.tsx';
import { useProject } from '../../components/project-context.ts';
import { loginCommand, preferredClient, pushCommands, registryAt } from '../../pull-commands.ts';
import { useRepository } from './repository-context.ts';

/** Nothing is here yet, and the commands that change that. */
export function EmptyRepository({ text }: { text: string }) {
  const { t } = useTranslation('repository');
  const { can } = useProject();
  const { whole } = useRepository();
  const client = preferredClient('IMAGE', localStorage);
  const registry = registryAt(window.location);
  const lines = [loginCommand(client, registry), ...pushCommands(client, registry, { repository: whole })];
  return (
    <>
      <Text mb="sm">{text}</Text>
      {can('repository:push') && <Commands label={t('push')} lines={lines} />}
    </>
  );
}
