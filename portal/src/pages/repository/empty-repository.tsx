import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PushCommands } from '../../components/push-commands.tsx';
import { useProject } from '../../components/project-context.ts';
import { useRepository } from '../../components/repository-context.ts';

/** Nothing is here yet, and the commands that change that. */
export function EmptyRepository({ text }: { text: string }) {
  const { t } = useTranslation('repository');
  const { can } = useProject();
  const { whole } = useRepository();
  return (
    <>
      <Text mb="sm">{text}</Text>
      {can('repository:push') && <PushCommands label={t('push')} repository={whole} />}
    </>
  );
}
